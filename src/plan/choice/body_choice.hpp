// Which body is the machine's.
#pragma once

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// The attachment that keeps the volume from other instances; nullptr: it is free.
const Attachment* holding(const Volume& volume);

// The body that the machine's name stands for: the one that holds the root, in any state, even if
// another waits for the root. If none of ours holds it: the living one that shows it, else the one
// that will get it next, else the newest living one. nullptr: none lives.
const Instance* choose_body(const Machine& machine, const Observation& seen);

}  // namespace ec2spotter
