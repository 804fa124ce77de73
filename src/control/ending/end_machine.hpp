// Ends a machine: what is left are its disks, its backups and its Elastic IP.
#pragma once

#include "control/ending/remains.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter {

enum class RootFate {
  kept,     // with the goal paused, so that no controller starts it
  deleted,  // because a person asked for it (rule S3)
};

struct Ended {
  VolumeId root;
  bool address_released = false;  // a network interface that it kept is gone, with its address
  Remains remains;                // the root not among them if it was deleted
};

// Ends the machine's instance and its fleet, gives up the network interface that it keeps, takes
// our tags from its Elastic IP and deletes its launch templates; then, if so wished, its root,
// which must be free, and carry our tags and the goal paused, when EC2 is asked again. Errors:
// those of drive (control/loop/drive.hpp); refused (rules S3 and S4) and wrong_state for a root
// that is in use or not the machine's. Running it again goes on, as long as there is a root with
// our tags.
Result<Ended> end_machine(const Machine& machine, RootFate fate, const Controls& controls,
                          Duration deadline);

}  // namespace ec2spotter
