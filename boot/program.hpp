// The boot program as it was built into this binary; boot/assemble.cmake writes its definition. All
// but the last are gzip members, whose text follows on what comes before it in the user data.
#pragma once

#include <string_view>

namespace ec2spotter {

extern const std::string_view kProgramFiles;       // one `put NAME` with a here-document a file
extern const std::string_view kProgramGuestFiles;  // likewise: of the guest helper
extern const std::string_view kProgramUnattendedFiles;  // likewise: of unattended bodies alone
extern const std::string_view kProgramHelper;           // likewise: the kexec helper
extern const std::string_view kProgramHook;     // what starts the program, and the message's end
extern const std::string_view kProgramMachine;  // what `uname -m` says where the helpers can run

}  // namespace ec2spotter
