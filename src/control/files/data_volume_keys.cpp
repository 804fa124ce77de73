#include "control/files/data_volume_keys.hpp"

#include "model/text/device_name.hpp"

namespace ec2spotter {
namespace {

// Their ids fit into one tag, as the claim of a move needs it (docs/designs/data-volumes.md).
constexpr std::size_t kDataVolumesMost = 10;

constexpr const char* kForm =
    "must be tables, each with a volume and a device: [[data_volumes]], then volume = \"web-data\" "
    "and device = \"/dev/sdg\"";

Problem add_data_volume(Machine& machine, const toml::table& table) {
  DataVolume added;
  for (const auto& [key, node] : table) {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty()) return kForm;
    if (key == "volume") {
      added.volume = parse_volume_name(*value);
    } else if (key == "device") {
      added.device = *value;
    } else {
      return "has the unknown key '" + std::string(key.str()) + "'; it has volume and device";
    }
  }
  if (added.volume == VolumeName{} || added.device.empty()) return kForm;
  if (!is_device_name(added.device)) {
    return "has the device '" + added.device +
           "', under which EC2 attaches no further volume; use one of /dev/sdg to /dev/sdp";
  }
  machine.data_volumes.push_back(std::move(added));
  return std::nullopt;
}

// What is wrong with this one, beside those before it.
Problem check_one(const Machine& machine, std::size_t number) {
  const DataVolume& one = machine.data_volumes[number];
  const std::string what = "data volume " + one.volume.describe();
  if (one.volume == machine.volume) {
    return what + " is the machine's root volume; name another one, or remove it";
  }
  if (is_same_device(one.device, machine.device)) {
    return what + " has the device " + one.device + ", which is the root's; use another one";
  }
  for (std::size_t i = 0; i < number; ++i) {
    const DataVolume& before = machine.data_volumes[i];
    if (before.volume == one.volume) return what + " is there twice; remove one of them";
    if (!is_same_device(before.device, one.device)) continue;
    return what + " has the device " + one.device + " of data volume " + before.volume.describe() +
           "; use another one";
  }
  return std::nullopt;
}

}  // namespace

Problem set_data_volumes(Machine& machine, const toml::node& node) {
  machine.data_volumes.clear();
  const toml::array* items = node.as_array();
  if (items == nullptr) return kForm;
  for (const toml::node& item : *items) {
    const toml::table* table = item.as_table();
    if (table == nullptr) return kForm;
    if (Problem problem = add_data_volume(machine, *table)) return problem;
  }
  return std::nullopt;
}

Result<void> check_data_volumes(const Machine& machine, const std::string& origin) {
  if (machine.data_volumes.size() > kDataVolumesMost) {
    return fail(Errc::invalid, origin + ": the file has " +
                                   std::to_string(machine.data_volumes.size()) +
                                   " data volumes, and a machine has at most ten; remove some");
  }
  for (std::size_t number = 0; number < machine.data_volumes.size(); ++number) {
    if (auto wrong = check_one(machine, number)) return fail(Errc::invalid, origin + ": " + *wrong);
  }
  return {};
}

}  // namespace ec2spotter
