// Whose a resource is, as its tags say: rule S4 rests on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// The tags that make a resource this machine's.
Tags ownership_tags(const Machine& machine);

// The tags that make a volume this machine's, with that role (model/tags.hpp): its root, or data.
Tags adoption_tags(const Machine& machine, const VolumeId& volume, std::string_view role);

// Do these tags say that the resource is this machine's?
bool belongs_to(const Tags& tags, const Machine& machine);

// Those of the tags' keys that are ours.
std::vector<std::string> our_keys(const Tags& tags);

}  // namespace ec2spotter
