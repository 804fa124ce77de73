// Nobody of ours holds the root for good: which instance gets it next, and when.
#pragma once

#include "plan/situation.hpp"

namespace ec2spotter {

// What the next instance needs before it may get the root; nullopt: it is ready.
std::optional<Decision> make_ready(const Situation& s, const Root& root, const Instance& next);

// While EC2's answers do not show for sure that no instance has the root; nullopt: they do.
std::optional<Decision> wait_for_rest(const Situation& s, const Root& root);

// The root is free, or `root.holder` is about to be lost. Not for unattended machines, whose
// instances attach the root themselves.
Decision find_next_holder(const Situation& s, const Root& root);

}  // namespace ec2spotter
