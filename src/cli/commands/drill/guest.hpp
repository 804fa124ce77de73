// Looks into a machine over ssh, without asking anybody anything.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/commands/drill/comparing.hpp"
#include "model/machine.hpp"

namespace ec2spotter::cli {

// Writes a file into the home folder of the machine's ssh user, down to the disk, and reads it.
// Errors: io, with ssh's own words, when ssh cannot enter.
Result<GuestFacts> write_probe_file(const Machine& machine, const std::string& host);

// Reads that file and removes it. `known_as`: the host under which ssh knows the machine's key.
// Errors: as above.
Result<GuestFacts> take_probe_file(const Machine& machine, const std::string& host,
                                   const std::string& known_as);

// What our script has printed in the guest; nullopt: it has not run to its end.
std::optional<GuestFacts> parse_guest(const std::string& output);

// The last line of `output` that says anything: why ssh has failed.
std::string last_words(const std::string& output);

}  // namespace ec2spotter::cli
