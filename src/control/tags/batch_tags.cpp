#include "control/tags/batch_tags.hpp"

#include <sstream>

#include "model/tags.hpp"

namespace ec2spotter {
namespace {

// Neither a machine's name nor a volume id contains one.
constexpr char kBetween = ' ';

void take_own(Tags& tags, std::string_view key, int index) {
  const auto found = tags.find(std::string(key));
  if (found == tags.end() || found->second.find(kBetween) == std::string::npos) return;
  std::istringstream names(found->second);
  std::string own;
  for (int i = 0; i <= index; ++i) {
    if (!std::getline(names, own, kBetween)) return;
  }
  found->second = own;
}

}  // namespace

Tags own_names(const Machine& machine, const VolumeId& root) {
  const std::string& shown =
      machine.instance_name.empty() ? machine.name.str() : machine.instance_name;
  Tags names{{std::string(tag::kName), shown}, {std::string(tag::kMachine), machine.name.str()}};
  if (!root.empty()) names[std::string(tag::kBodyOf)] = root.str();
  return names;
}

Tags with_names_of_next(Tags all, const Tags& next) {
  for (const auto& [key, value] : next) {
    std::string& names = all[key];
    if (!names.empty()) names += kBetween;
    names += value;
  }
  return all;
}

void take_own_names(Instance& body) {
  take_own(body.tags, tag::kMachine, body.launch_index);
  take_own(body.tags, tag::kBodyOf, body.launch_index);
}

std::vector<std::string> name_patterns(const MachineName& machine) {
  const std::string& name = machine.str();
  return {name, name + " *", "* " + name, "* " + name + " *"};
}

}  // namespace ec2spotter
