// The boot program as it was built into this binary; boot/assemble.cmake writes its definition.
#pragma once

#include <string_view>

namespace ec2spotter {

extern const std::string_view kProgramFiles;  // sh: one `put NAME` with a here-document a file
extern const std::string_view kProgramUnattendedFiles;  // sh: the same, for unattended bodies
extern const std::string_view kProgramGuestFiles;       // sh: the same, for the guest helper
extern const std::string_view kProgramGuest;            // the bytes of the guest helper
extern const std::string_view kProgramHook;     // sh: what starts the program once it is unpacked
extern const std::string_view kProgramHelper;   // the bytes of the kexec helper
extern const std::string_view kProgramMachine;  // what `uname -m` says where the helper can run

}  // namespace ec2spotter
