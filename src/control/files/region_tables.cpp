#include "control/files/region_tables.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "control/files/machine_file.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

// What may be different; the rest of the file holds everywhere.
const std::vector<std::string>& keys_of_region() {
  static const std::vector<std::string> kKeys{
      "image", "types", "max_price",  "key_name",         "security_groups", "subnet",    "subnets",
      "zone",  "zones", "elastic_ip", "instance_profile", "kms_key",         "pool_order"};
  return kKeys;
}

// The machine without what belongs to its first region.
Machine moved_to(const Machine& machine, const std::string& region) {
  Machine there = machine;
  there.region = region;
  there.elsewhere.clear();
  there.zone.clear();
  there.zones.clear();
  there.image.clear();
  there.security_groups.clear();
  there.subnet.clear();
  there.subnets.clear();
  there.elastic_ip.clear();
  there.kms_key.clear();
  there.guest_endpoint.clear();
  return there;
}

bool is_region(const std::string& name) { return region_of_place(name + "a") == name; }

Problem set_keys(Machine& there, const toml::table& table,
                 const std::function<const Setter*(const std::string&)>& find) {
  const auto& known = keys_of_region();
  if (table.contains("types")) there.types.clear();
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const bool allowed = std::find(known.begin(), known.end(), name) != known.end();
    if (!allowed && find(name) != nullptr) {
      return name + " holds in every region; write it above the tables";
    }
    if (!allowed) return "unknown key '" + name + "'" + did_you_mean(name, known);
    if (Problem problem = (*find(name))(there, node)) return name + " " + *problem;
  }
  return std::nullopt;
}

}  // namespace

Result<void> add_regions(Machine& machine, const toml::node& regions, const std::string& origin,
                         const std::function<const Setter*(const std::string&)>& find) {
  const toml::table* tables = regions.as_table();
  const auto wrong = [&](const std::string& what) {
    return fail(Errc::invalid, origin + ": " + what);
  };
  if (tables == nullptr) return wrong("regions must be tables, such as [regions.eu-west-1]");
  if (machine.region.empty()) {
    return wrong("regions needs region, which says where the machine is at first");
  }
  for (const auto& [key, node] : *tables) {
    const std::string region(key.str());
    const std::string what = "regions." + region;
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong(what + " must be a table: [" + what + "]");
    if (!is_region(region)) {
      return wrong(what + ": '" + region + "' is not a region; write one such as eu-west-1");
    }
    if (region == machine.region) {
      return wrong(what + " is the region that the file begins with; write its keys above");
    }
    Machine there = moved_to(machine, region);
    if (Problem problem = set_keys(there, *table, find)) return wrong(what + ": " + *problem);
    TRY(there, check_machine(std::move(there), origin + ": " + what));
    // Names and ids of the first region mean nothing there: the root is known by its tags.
    there.volume = {};
    machine.elsewhere.push_back(std::move(there));
  }
  return {};
}

}  // namespace ec2spotter
