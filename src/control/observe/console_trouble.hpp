// Trouble with its disks that the kernel of a root that is up prints.
#pragma once

#include <string>
#include <string_view>

namespace ec2spotter {

// The last line since the root came up in which the kernel gives a file system up: it takes no more
// writes. Empty: there is none. Source: the messages of Linux's ext4, XFS and btrfs.
std::string read_console_trouble(std::string_view console);

}  // namespace ec2spotter
