#include "control/tags/ownership.hpp"

#include "model/tags.hpp"

namespace ec2spotter {

Tags ownership_tags(const Machine& machine) {
  return {{std::string(tag::kMachine), machine.name.str()},
          {std::string(tag::kOwner), machine.owner.str()}};
}

Tags adoption_tags(const Machine& machine, const VolumeId& volume, std::string_view role) {
  Tags tags = ownership_tags(machine);
  tags[std::string(tag::kRole)] = role;
  tags[std::string(tag::kState)] = tag::kCurrent;
  tags[std::string(tag::kVolume)] = volume.str();
  return tags;
}

bool belongs_to(const Tags& tags, const Machine& machine) {
  return tag::value(tags, tag::kOwner) == machine.owner.str() &&
         tag::value(tags, tag::kMachine) == machine.name.str();
}

std::vector<std::string> our_keys(const Tags& tags) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags) {
    if (key.starts_with("ec2spotter:")) keys.push_back(key);
  }
  return keys;
}

}  // namespace ec2spotter
