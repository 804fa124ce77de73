// Which body is the machine's.
#pragma once

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// What keeps the volume from every other instance; null: it is free.
const Attachment* holding(const Volume& volume);

// The body that is meant by the machine's name: the one that holds the root, whatever its state and
// whichever else waits for it. While none of ours holds it: the living one that shows it all the
// same, else the one that is to get it next, else the newest living one. Null: none lives.
const Instance* choose_body(const Machine& machine, const Observation& seen);

}  // namespace ec2spotter
