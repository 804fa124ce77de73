// The boot program as it was built into this binary; boot/assembly writes its definition.
#pragma once

#include <string_view>

namespace ec2spotter {

// Gzip members: the beginning of a boothook of cloud-init, with one `put NAME` and a here-document
// a file. The parameters follow, and what starts the program: `. /run/ec2spotter/hook.sh`.
struct BootProgram {
  // Each has one engine. For bodies that a controller gives the root:
  std::string_view supervised_kexec;
  std::string_view supervised_pivot;
  // For those that attach it themselves. That of kexec neither names nor mends network settings,
  // for which there is no room.
  std::string_view unattended_kexec;
  std::string_view unattended_pivot;
};

extern const BootProgram kBootProgram;

// A program of Python for the reading of the metadata service: `imds.py PATH`.
extern const std::string_view kImdsProgram;

// What tells cloud-init that a new body is only a restart.
extern const std::string_view kRestartConfig;

}  // namespace ec2spotter
