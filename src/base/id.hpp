// Strong ids: a VolumeId is never mistaken for an InstanceId.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace ec2spotter {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

}  // namespace ec2spotter

template <class Tag>
struct std::hash<ec2spotter::Id<Tag>> {
  std::size_t operator()(const ec2spotter::Id<Tag>& id) const {
    return std::hash<std::string>{}(id.str());
  }
};
