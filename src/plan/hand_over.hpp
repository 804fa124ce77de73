// When a working instance is better exchanged for another one, and how. The next one waits before
// the working one ends (rule S8).
#pragma once

#include "plan/situation.hpp"

namespace ec2spotter {

// May a working instance give way at all? Not where the next one could be launched only after its
// end: an unattended machine's fleet decides, and a kept network interface is free only then.
bool may_hand_over(const Situation& s, const Root& root);

// Has EC2 recommended to leave this instance, or is it on-demand although the file prefers Spot at
// this time, or does a person want another type?
bool wants_successor(const Situation& s, const Instance& body);

// The instance that takes over from this working one, if any. Its tag tells that also to a
// controller that has not heard why. A single command leaves it to `watch` as long as it may yet
// boot. `needs_successor`: any other instance of ours may take over as well.
const Instance* find_successor(const Situation& s, const Root& root, bool needs_successor);

// The next step towards the successor (null: none is launched yet). Nullopt: a launch has to wait.
std::optional<Decision> hand_over(const Situation& s, const Root& root, const Instance* successor);

}  // namespace ec2spotter
