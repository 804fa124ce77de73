// What is left to do until a volume has the wished size. Pure.
#pragma once

#include "base/result.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

enum class Growth {
  done,       // it has that size, and the guest may use it
  under_way,  // EC2 is at work
  needed,     // EC2 must be asked for it
};

// `last` is the volume's last change; null: EC2 remembers none. Errors: invalid, when the volume is
// larger already or its type does not become so large; wrong_state, when EC2 makes no change now.
Result<Growth> growth_of(const Volume& volume, const VolumeChange* last, int size_gib);

}  // namespace ec2spotter
