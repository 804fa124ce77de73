#include "sim/vm/qemu/acceleration.hpp"

#include <array>
#include <fstream>

#include "sim/vm/qemu/process.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBootWithin = 20s;

// Loaded at 0x7c00. The device at port 0xf4 ends QEMU with 2 * 0x10 + 1.
// clang-format off
constexpr std::array<unsigned char, 110> kProgram{
    0xfa, 0x66, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0,  // no interrupts; ds = es = 0
    0x66, 0xbf, 0x00, 0x10, 0x00, 0x00, 0x0f, 0x22, 0xdf,  // page tables at 0x1000
    0xb9, 0x00, 0x0c, 0x66, 0xf3, 0xab,  // cleared
    0xc7, 0x06, 0x00, 0x10, 0x03, 0x20, 0xc7, 0x06, 0x00, 0x20, 0x03, 0x30,  // a 2 MiB page
    0xc6, 0x06, 0x00, 0x30, 0x83,
    0xb0, 0x20, 0x0f, 0x22, 0xe0,  // PAE
    0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x80, 0xcc, 0x01, 0x0f,  // EFER.LME
    0x30,
    0x0f, 0x01, 0x16, 0x68, 0x7c,  // load the GDT
    0x0f, 0x20, 0xc0, 0x66, 0x0d, 0x01, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0,  // long mode
    0xea, 0x50, 0x7c, 0x08, 0x00,  // to 64-bit code
    0xb0, 0x10, 0xe6, 0xf4, 0xf4,  // out 0xf4, 0x10; hlt
    0x0f, 0x1f, 0x00,  // padding
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // the GDT
    0x00, 0x9a, 0x20, 0x00,
    0x0f, 0x00, 0x58, 0x7c, 0x00, 0x00,  // its size and place
};
// clang-format on
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

Result<bool> accelerator_works(const Accelerator& accelerator,
                               const std::filesystem::path& scratch) {
  const std::filesystem::path sector = scratch / "boot-sector";
  TRY_VOID(write_boot_sector(sector));
  std::string file = sector.string();
  for (std::size_t at = 0; (at = file.find(',', at)) != std::string::npos; at += 2) {
    file.insert(at, 1, ',');
  }
  TRY(Child child, Child::spawn({.command = {kPc.qemu, "-nodefaults", "-no-user-config", "-display",
                                             "none", "-machine", kPc.machine, "-accel",
                                             accelerator.name, "-cpu", accelerator.cpu, "-m", "64",
                                             "-drive", "if=ide,format=raw,file=" + file, "-device",
                                             "isa-debug-exit,iobase=0xf4,iosize=0x04"}}));
  return child.wait(Deadline(kBootWithin)) == kProgramRan;
}

}  // namespace ec2spotter::sim
