// The names that bodies carry as tags. Bodies that one RunInstances call launched for several
// machines all got the same tags: these hold the names of every machine, and the launch index of
// an instance says which of them are its own.
#pragma once

#include <string>
#include <vector>

#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// EC2 takes at most so many characters. Source: EC2 user guide, "Tag your Amazon EC2 resources".
inline constexpr std::size_t kTagValueMost = 256;

// The tags in which the bodies of different machines differ: Name, machine and instance-of. An
// empty `root` is left out.
Tags own_names(const Machine& machine, const VolumeId& root);

// The same tags for several machines at once: `all` extended by those of the next one.
Tags with_names_of_next(Tags all, const Tags& next);

// Gives a body of a batch the machine and instance-of tags of its own machine, as if it had been
// launched alone. Any other body stays as it is.
void take_own_names(Instance& body);

// Values of a filter by the machine tag that match this machine's bodies, launched alone or with
// others. They also match the other bodies of such a batch.
std::vector<std::string> name_patterns(const MachineName& machine);

}  // namespace ec2spotter
