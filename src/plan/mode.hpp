// How a machine's instances come about and get the root.
#pragma once

#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

enum class Mode {
  supervised,    // launched by a controller; the boot program enters the root
  unattended,    // launched by a fleet; the instance attaches the root itself and enters it
  root_swapped,  // launched by a controller; the root becomes the instance's own root disk
};

// As the machine's file says, or, where that leaves it open, as the root's tags do. The instances
// of a fleet never get the root by swap.
Mode mode_of(const Machine& machine, const Volume& root);

}  // namespace ec2spotter
