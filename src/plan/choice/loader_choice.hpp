// Whether an instance's own firmware can start a root's disk, as the engines replace and swap need
// it. EC2 decides at the launch whether that is BIOS or UEFI, by the image and the type.
#pragma once

#include <string>

#include "model/observation.hpp"

namespace ec2spotter {

// Is it certain that the firmware of this body, and so of others of its image and type, finds no
// loader on the disk that its boot program has seen?
bool lacks_loader(const Instance& body, const BootReport& boot);

// For people: what a body without a loader and its root start by, "the volume starts by UEFI
// alone, and instances of this image start by BIOS".
std::string describe_lack(const Instance& body, const BootReport& boot);

// For people: what to do so that replace and swap can start it.
std::string cure_of_lack(const Instance& body, const BootReport& boot);

}  // namespace ec2spotter
