// How the key `tags` of a machine file is read: the user's own tags of the machine's instances.
#pragma once

#include "control/files/toml_setters.hpp"

namespace ec2spotter {

// EC2 takes 50 tags on a resource; the others are left to us. Source: EC2 user guide, "Tag your
// Amazon EC2 resources".
inline constexpr std::size_t kOwnTagsMost = 30;

// May a user's tag have this key? What is wrong with it; nullopt: nothing is.
Problem check_tag_key(const std::string& key);

Problem set_tags(Machine& machine, const toml::node& node);

}  // namespace ec2spotter
