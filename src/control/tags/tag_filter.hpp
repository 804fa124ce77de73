// Asks EC2 for what carries a tag.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/ec2.hpp"
#include "model/ids.hpp"
#include "model/tags.hpp"

namespace ec2spotter {

// The name of EC2's filter for the values of this tag.
inline std::string tag_filter_name(std::string_view key) { return "tag:" + std::string(key); }

inline aws::Filter tag_filter(std::string_view key, std::vector<std::string> values) {
  return {tag_filter_name(key), std::move(values)};
}

inline aws::Filter tag_filter(std::string_view key, std::string_view value) {
  return {tag_filter_name(key), {std::string(value)}};
}

// The volumes that are a root of the machine of that name, were one, or carry copied tags of one.
inline std::vector<aws::Filter> root_filters(const std::string& machine, const OwnerId& owner) {
  return {tag_filter(tag::kMachine, machine), tag_filter(tag::kOwner, owner.str()),
          tag_filter(tag::kRole, tag::kRoleRoot)};
}

}  // namespace ec2spotter
