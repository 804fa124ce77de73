#include "sim/vm/acceleration.hpp"

#include <array>
#include <fstream>

#include "sim/vm/process.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBootWithin = 20s;

// mov al, 0x10; out 0xf4, al; hlt. The device at port 0xf4 ends QEMU with 2 * 0x10 + 1.
constexpr std::array<unsigned char, 5> kProgram{0xb0, 0x10, 0xe6, 0xf4, 0xf4};
constexpr int kProgramRan = 33;
constexpr std::size_t kSector = 512;

Result<void> write_boot_sector(const std::filesystem::path& path) {
  std::string sector(2048 * kSector, '\0');
  std::copy(kProgram.begin(), kProgram.end(), sector.begin());
  sector[kSector - 2] = '\x55';
  sector[kSector - 1] = '\xaa';
  std::ofstream file(path, std::ios::binary);
  file << sector;
  file.flush();
  if (!file) return fail(Errc::io, path.string() + " cannot be written");
  return {};
}

}  // namespace

Result<bool> accelerator_works(const std::string& name, const std::filesystem::path& scratch) {
  const std::filesystem::path sector = scratch / "boot-sector";
  TRY_VOID(write_boot_sector(sector));
  std::string file = sector.string();
  for (std::size_t at = 0; (at = file.find(',', at)) != std::string::npos; at += 2) {
    file.insert(at, 1, ',');
  }
  TRY(Child child, Child::spawn({.command = {kQemu, "-nodefaults", "-no-user-config", "-display",
                                             "none", "-machine", "pc", "-accel", name, "-m", "64",
                                             "-drive", "if=ide,format=raw,file=" + file, "-device",
                                             "isa-debug-exit,iobase=0xf4,iosize=0x04"}}));
  return child.wait(Deadline(kBootWithin)) == kProgramRan;
}

}  // namespace ec2spotter::sim
