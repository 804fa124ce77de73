// Machine files: TOML, and the classic form.
#include <string>

#include "control/files/machine_file.hpp"
#include "fuzz.hpp"

namespace {

using namespace ec2spotter;

void check(const Result<Machine>& machine) {
  if (!machine) {
    const std::string what = machine.error().describe();
    fuzz::require(what.find("the file") != std::string::npos, "an error names the file");
    return;
  }
  fuzz::require(!machine->name.empty() && !machine->image.empty(), "a machine has what it needs");
}

void read_toml(std::string_view text) { check(parse_machine_toml(text, "the file", "web")); }
void read_conf(std::string_view text) { check(parse_classic_conf(text, "the file", "web")); }

constexpr std::array<fuzz::Parser, 2> kParsers{read_toml, read_conf};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::choose(data, size, kParsers);
}
