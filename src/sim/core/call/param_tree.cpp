#include "sim/core/call/param_tree.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace ec2spotter::sim {
namespace {

// Lists whose name gets "Set" in a reply.
constexpr auto kSets =
    std::to_array<std::string_view>({"BlockDeviceMapping", "NetworkInterface", "TagSpecification",
                                     "Tag", "SecurityGroupId", "SecurityGroup"});

std::string member_name(const std::string& name) {
  std::string shown = name;
  shown[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(shown[0])));
  return shown;
}

// The distinct first parts of the parameter names, "a" of "a.b.c".
std::vector<std::string> heads(const ParamMap& params) {
  std::vector<std::string> found;
  for (const auto& [name, value] : params) {
    std::string head = name.substr(0, name.find('.'));
    if (std::find(found.begin(), found.end(), head) == found.end()) {
      found.push_back(std::move(head));
    }
  }
  return found;
}

ParamMap below(const ParamMap& params, const std::string& head) {
  ParamMap inner;
  for (const auto& [name, value] : params) {
    if (name.starts_with(head + ".")) inner[name.substr(head.size() + 1)] = value;
  }
  return inner;
}

Json shown_list(const ParamMap& items) {
  Json list = Json::array();
  auto indexes = heads(items);
  std::sort(indexes.begin(), indexes.end(),
            [](const auto& a, const auto& b) { return std::stol(a) < std::stol(b); });
  for (const std::string& index : indexes) {
    const auto plain = items.find(index);
    list.push_back(plain == items.end() ? shown_parameters(below(items, index))
                                        : Json(plain->second));
  }
  return list;
}

}  // namespace

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

ParamMap overlay(ParamMap base, const ParamMap& own) {
  for (const std::string& head : heads(own)) {
    std::erase_if(base, [&](const auto& param) {
      return param.first == head || param.first.starts_with(head + ".");
    });
  }
  base.insert(own.begin(), own.end());
  return base;
}

Json shown_parameters(const ParamMap& params) {
  Json shown = Json::object();
  for (const std::string& head : heads(params)) {
    const auto plain = params.find(head);
    const ParamMap inner = below(params, head);
    if (inner.empty()) {
      if (plain != params.end()) shown[member_name(head)] = plain->second;
    } else if (!is_number(heads(inner).front())) {
      shown[member_name(head)] = shown_parameters(inner);
    } else if (head == "SecurityGroupId" && params.contains("DeviceIndex")) {
      shown["groupSet"] = {{"*groupId", shown_list(inner)}};
    } else {
      const bool set = std::find(kSets.begin(), kSets.end(), head) != kSets.end();
      shown[member_name(head) + (set ? "Set" : "")] = shown_list(inner);
    }
  }
  return shown;
}

}  // namespace ec2spotter::sim
