// The boot program as it was built into this binary; boot/assembly writes its definition.
#pragma once

#include <string_view>

#include "model/enums.hpp"

namespace ec2spotter {

// For one architecture. The last two are gzip members, whose text follows on what comes before it
// in the user data: one `put NAME` with a here-document a file, what starts the program, and the
// message's end.
struct BootProgram {
  std::string_view machine;     // what `uname -m` says where the helper in it can run
  std::string_view supervised;  // for bodies that a controller gives the root
  std::string_view unattended;  // with the files of those that attach it themselves
};

// Of x86_64 where nothing is known of the architecture.
const BootProgram& boot_program(Architecture architecture);

// What tells cloud-init that a new body is only a restart.
extern const std::string_view kRestartConfig;

}  // namespace ec2spotter
