// The boot program as it was built into this binary; boot/assemble.cmake writes its definition.
#pragma once

#include <string_view>

namespace ec2spotter {

// Gzip members, whose text follows on what comes before it in the user data: one `put NAME` with a
// here-document a file, what starts the program, and the message's end.
extern const std::string_view kProgram;
extern const std::string_view kUnattendedProgram;  // with the files of unattended bodies
extern const std::string_view kProgramMachine;  // what `uname -m` says where the helpers can run
extern const std::string_view kRestartConfig;   // cloud-init's: a new body is only a restart

}  // namespace ec2spotter
