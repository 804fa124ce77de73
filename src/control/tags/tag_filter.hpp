// Asks EC2 for what carries a tag.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/ec2.hpp"

namespace ec2spotter {

// The name of EC2's filter for the values of this tag.
inline std::string tag_filter_name(std::string_view key) { return "tag:" + std::string(key); }

inline aws::Filter tag_filter(std::string_view key, std::vector<std::string> values) {
  return {tag_filter_name(key), std::move(values)};
}

inline aws::Filter tag_filter(std::string_view key, std::string_view value) {
  return {tag_filter_name(key), {std::string(value)}};
}

}  // namespace ec2spotter
