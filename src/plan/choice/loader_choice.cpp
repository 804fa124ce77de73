#include "plan/choice/loader_choice.hpp"

#include <algorithm>

namespace ec2spotter {
namespace {

bool starts_by(const BootReport& boot, const char* firmware) {
  return std::find(boot.firmware.begin(), boot.firmware.end(), firmware) != boot.firmware.end();
}

// As the boot program calls it.
const char* word_of(BootMode mode) { return mode == BootMode::uefi ? "uefi" : "bios"; }

const char* name_of(BootMode mode) { return mode == BootMode::uefi ? "UEFI" : "BIOS"; }

BootMode other(BootMode mode) {
  return mode == BootMode::uefi ? BootMode::legacy_bios : BootMode::uefi;
}

}  // namespace

bool lacks_loader(const Instance& body, const BootReport& boot) {
  const bool known = body.boot_mode != BootMode::unknown && !boot.firmware.empty();
  return known && !starts_by(boot, word_of(body.boot_mode));
}

std::string describe_lack(const Instance& body, const BootReport& boot) {
  if (!starts_by(boot, word_of(other(body.boot_mode)))) {
    return "the volume's disk has no boot loader, neither for BIOS nor for UEFI";
  }
  return std::string("the volume starts by ") + name_of(other(body.boot_mode)) +
         " alone, and instances of this image start by " + name_of(body.boot_mode);
}

std::string cure_of_lack(const Instance& body, const BootReport& boot) {
  if (!starts_by(boot, word_of(other(body.boot_mode)))) {
    return "install a boot loader on the volume";
  }
  return body.boot_mode == BootMode::uefi
             ? "name an image whose boot mode is legacy-bios"
             : "name an image whose boot mode is uefi or uefi-preferred";
}

}  // namespace ec2spotter
