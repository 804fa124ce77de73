#include "control/files/storage_keys.hpp"

#include "control/files/data_volume_keys.hpp"
#include "model/key_trouble.hpp"

namespace ec2spotter {
namespace {

Problem add_zone(Machine& machine, const std::string& value) {
  if (value.empty()) return "must contain names of zones, or be \"any\"";
  machine.zones.push_back(value);
  return std::nullopt;
}

Problem set_zones(Machine& machine, const toml::node& node) {
  machine.zones.clear();
  if (const auto word = node.value_exact<std::string>()) {
    if (*word != kAnyZone) return "must be a list of zones, or \"any\"";
    return add_zone(machine, *word);
  }
  return list(add_zone)(machine, node);
}

Problem set_move_after(Machine& machine, const toml::node& node) {
  machine.move_after.reset();
  const auto word = node.value_exact<std::string>();
  if (word == "never") return std::nullopt;
  machine.move_after = word ? parse_time(*word) : std::nullopt;
  if (machine.move_after) return std::nullopt;
  return "must be \"never\", or a time such as \"0s\" or \"10m\"";
}

Problem set_snapshot_every(Machine& machine, const toml::node& node) {
  machine.snapshot_every.reset();
  const auto word = node.value_exact<std::string>();
  if (word == "never") return std::nullopt;
  machine.snapshot_every = word ? parse_time(*word) : std::nullopt;
  if (machine.snapshot_every >= std::chrono::minutes(15)) return std::nullopt;
  return "must be \"never\", or a time of at least 15 minutes, such as \"24h\"";
}

// A number, a time, or a table with both.
Problem set_keep_snapshots(Machine& machine, const toml::node& node) {
  KeepSnapshots& kept = machine.keep_snapshots;
  const toml::table* table = node.as_table();
  const toml::node* count = table == nullptr ? &node : table->get("count");
  const toml::node* age = table == nullptr ? nullptr : table->get("age");
  const auto number = count == nullptr ? std::nullopt : count->value_exact<std::int64_t>();
  if (number && *number >= 1 && *number <= 1000) kept.count = static_cast<int>(*number);
  const auto time = age == nullptr ? std::nullopt : age->value_exact<std::string>();
  if (time) kept.age = parse_time(*time);
  const std::size_t understood = (count != nullptr ? 1 : 0) + (age != nullptr ? 1 : 0);
  const bool well = (count == nullptr || (number && kept.count == *number)) &&
                    (age == nullptr || kept.age) && understood > 0 &&
                    (table == nullptr || table->size() == understood);
  if (well) return std::nullopt;
  return "must be how many, 1 to 1000, or a table: { count = 7, age = \"30d\" }";
}

Problem set_initialization_rate(Machine& machine, const toml::node& node) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < 100 || *value > 300) return "must be MiB/s, 100 to 300";
  machine.initialization_rate = static_cast<int>(*value);
  return std::nullopt;
}

}  // namespace

const Setters& storage_setters() {
  static const Setters kSetters{
      {"zones", set_zones},
      {"move_after", set_move_after},
      {"keep_retired", time(&Machine::keep_retired, Duration::zero())},
      {"initialization_rate", set_initialization_rate},
      {"snapshot_every", set_snapshot_every},
      {"keep_snapshots", set_keep_snapshots},
      {"data_volumes", set_data_volumes},
      {"kms_key", plain(&Machine::kms_key)},
  };
  return kSetters;
}

Problem check_kms_key(const Machine& machine) {
  const std::string home = region_of_key(machine.kms_key);
  if (home.empty() || machine.region.empty() || home == machine.region) return std::nullopt;
  return "kms_key is a key of " + home + ", and this is " + machine.region +
         "; name a key of that region";
}

}  // namespace ec2spotter
