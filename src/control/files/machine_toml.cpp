// Reads a TOML machine file: each key with the form and the limits of its value.
#include <algorithm>
#include <utility>

#include "base/nearest.hpp"
#include "control/files/machine_file.hpp"
#include "control/files/network_keys.hpp"
#include "control/files/region_tables.hpp"
#include "control/files/storage_keys.hpp"
#include "control/files/tag_keys.hpp"
#include "control/files/toml_setters.hpp"
#include "model/text/price.hpp"

namespace ec2spotter {
namespace {

Problem set_volume(Machine& machine, const std::string& value) {
  machine.volume = parse_volume_name(value);
  return std::nullopt;
}

Problem set_engine(Machine& machine, const std::string& value) {
  const auto engine = parse_engine(value);
  if (!engine) return "must be auto, kexec, replace, pivot or swap";
  machine.engine = *engine;
  return std::nullopt;
}

Problem set_pool_order(Machine& machine, const std::string& value) {
  const auto order = parse_pool_order(value);
  if (!order) return "must be listed, price or capacity";
  machine.pool_order = *order;
  return std::nullopt;
}

Problem add_market(Machine& machine, const std::string& value) {
  if (value != "spot" && value != "on-demand") return "must contain spot, on-demand, or both";
  machine.markets.push_back(value == "spot" ? Market::spot : Market::on_demand);
  return std::nullopt;
}

Problem set_max_price(Machine& machine, const std::string& value) {
  if (!is_price(value)) return "must be US dollars an hour above 0.001, such as \"0.05\"";
  machine.max_price = value;
  return std::nullopt;
}

Problem set_markets(Machine& machine, const toml::node& node) {
  machine.markets.clear();
  return list(add_market)(machine, node);
}

Problem set_ssh_port(Machine& machine, const toml::node& node) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < 1 || *value > 65535) return "must be a port, 1 to 65535";
  machine.ssh_port = static_cast<int>(*value);
  return std::nullopt;
}

Setter flag(bool Machine::*member) {
  return [member](Machine& machine, const toml::node& node) -> Problem {
    const auto value = node.value_exact<bool>();
    if (!value) return "must be true or false";
    machine.*member = *value;
    return std::nullopt;
  };
}

Problem set_unattended(Machine& machine, const toml::node& node) {
  machine.unattended = node.value_exact<bool>();
  if (!machine.unattended) return "must be true or false";
  return std::nullopt;
}

Problem set_guest_endpoint(Machine& machine, const std::string& value) {
  // It becomes a word of a shell script.
  const bool plain = value.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789.:/-") == std::string::npos;
  if (!plain || (!value.starts_with("http://") && !value.starts_with("https://"))) {
    return "must be an http or https address";
  }
  machine.guest_endpoint = value;
  return std::nullopt;
}

// "90s", "10m", "2h".
Problem set_on_unhealthy(Machine& machine, const std::string& value) {
  const auto policy = parse_on_unhealthy(value);
  if (!policy) return "must be \"report\", \"restart\" or \"replace\"";
  machine.on_unhealthy = *policy;
  return std::nullopt;
}

Problem add_return_window(Machine& machine, const std::string& value) {
  const auto windows = parse_week_windows(value);
  if (!windows) {
    return "must contain times of the week in UTC, such as \"sat 02:00-sun 06:00\" or "
           "\"02:00-06:00\"";
  }
  auto& all = machine.return_to_spot.windows;
  all.insert(all.end(), windows->begin(), windows->end());
  return std::nullopt;
}

Problem set_return_to_spot(Machine& machine, const toml::node& node) {
  using When = ReturnToSpot::When;
  machine.return_to_spot = {};
  if (const auto word = node.value<std::string>(); node.is_string() && word) {
    if (*word != "never" && *word != "always") {
      return "must be \"never\", \"always\", or a list of times of the week";
    }
    machine.return_to_spot.when = *word == "always" ? When::always : When::never;
    return std::nullopt;
  }
  machine.return_to_spot.when = When::windows;
  return list(add_return_window)(machine, node);
}

// A number or a range, each number multiplied by `unit`.
Setter range(Range Requirements::*member, int unit) {
  return [member, unit](Machine& machine, const toml::node& node) -> Problem {
    const auto number = node.value_exact<std::int64_t>();
    const std::string written =
        number ? std::to_string(*number) : node.value_exact<std::string>().value_or("");
    const auto read = parse_range(written, unit);
    if (!read) return "must be a number or a range: \"2\", \"2-4\", or \"2-\" without a maximum";
    if (read->is_empty()) {
      return "has a minimum above its maximum: \"" + written + "\"; swap them";
    }
    *machine.requirements.*member = *read;
    return std::nullopt;
  };
}

Problem set_architecture(Machine& machine, const std::string& value) {
  machine.requirements->architecture = parse_architecture(value);
  if (machine.requirements->architecture != Architecture::unknown) return std::nullopt;
  return "must be x86_64 or arm64";
}

Problem add_excluded(Machine& machine, const std::string& value) {
  if (!is_type_pattern(value)) {
    return "must contain instance types in lower case, with * for any part: [\"t2.*\"]";
  }
  machine.requirements->excluded.push_back(value);
  return std::nullopt;
}

const Setter* find_setter(const Setters& setters, const std::string& key) {
  const auto found = std::find_if(setters.begin(), setters.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == setters.end() ? nullptr : &found->second;
}

std::string unknown_key(const Setters& setters, const std::string& key) {
  std::vector<std::string> known;
  for (const auto& [name, setter] : setters) known.push_back(name);
  return "unknown key '" + key + "'" + did_you_mean(key, known);
}

// What stands in the table `requirements`; these setters find it made.
const Setters& requirement_setters() {
  static const Setters kSetters{
      {"vcpus", range(&Requirements::vcpus, 1)},
      {"memory_gib", range(&Requirements::memory_mib, 1024)},
      {"architecture", text(set_architecture)},
      {"exclude", list(add_excluded)},
  };
  return kSetters;
}

Problem set_requirements(Machine& machine, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return "must be a table: { vcpus = \"2-4\", memory_gib = \"4-16\" }";
  machine.requirements.emplace();
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    const Setter* setter = find_setter(requirement_setters(), name);
    if (setter == nullptr) return "has the " + unknown_key(requirement_setters(), name);
    if (Problem problem = (*setter)(machine, value)) return name + " " + *problem;
  }
  for (const char* needed : {"vcpus", "memory_gib"}) {
    if (!table->contains(needed)) {
      return "must have " + std::string(needed) + ", as EC2 demands; \"0-\" allows any value";
    }
  }
  return std::nullopt;
}

const Setters& own_setters() {
  static const Setters kSetters{
      {"name", text([](Machine& m, const std::string& v) -> Problem {
         m.name = MachineName(v);
         return std::nullopt;
       })},
      {"owner", text([](Machine& m, const std::string& v) -> Problem {
         m.owner = OwnerId(v);
         return std::nullopt;
       })},
      {"region", plain(&Machine::region)},
      {"zone", plain(&Machine::zone)},
      {"volume", text(set_volume)},
      {"image", plain(&Machine::image)},
      {"types", list([](Machine& m, const std::string& v) -> Problem {
         m.types.push_back(v);
         return std::nullopt;
       })},
      {"requirements", set_requirements},
      {"markets", set_markets},
      {"pool_order", text(set_pool_order)},
      {"max_price", text(set_max_price)},
      {"key_name", plain(&Machine::key_name)},
      {"security_groups", list([](Machine& m, const std::string& v) -> Problem {
         m.security_groups.push_back(v);
         return std::nullopt;
       })},
      {"subnet", plain(&Machine::subnet)},
      {"subnets", list([](Machine& m, const std::string& v) -> Problem {
         m.subnets.push_back(v);
         return std::nullopt;
       })},
      {"elastic_ip", plain(&Machine::elastic_ip)},
      {"instance_name", plain(&Machine::instance_name)},
      {"tags", set_tags},
      {"ssh_user", plain(&Machine::ssh_user)},
      {"ssh_port", set_ssh_port},
      {"device", plain(&Machine::device)},
      {"engine", text(set_engine)},
      {"adopt", flag(&Machine::adopt)},
      {"guest_helper", flag(&Machine::guest_helper)},
      {"fix_network", flag(&Machine::fix_network)},
      {"probe", flag(&Machine::probe)},
      {"release_on_notice", flag(&Machine::release_on_notice)},
      {"unattended", set_unattended},
      {"instance_profile", plain(&Machine::instance_profile)},
      {"capacity_rebalance", flag(&Machine::capacity_rebalance)},
      {"guest_endpoint", text(set_guest_endpoint)},
      {"on_demand_after", time(&Machine::on_demand_after, Duration::zero())},
      {"boot_limit", time(&Machine::boot_limit, std::chrono::minutes(2))},
      {"on_unhealthy", text(set_on_unhealthy)},
      {"return_to_spot", set_return_to_spot},
      // Read after all other keys, as they hold in every region.
      {"regions", [](Machine&, const toml::node&) -> Problem { return std::nullopt; }},
  };
  return kSetters;
}

const Setters& setters() {
  static const Setters kAll = [] {
    Setters all = own_setters();
    all.insert(all.end(), storage_setters().begin(), storage_setters().end());
    all.insert(all.end(), network_setters().begin(), network_setters().end());
    return all;
  }();
  return kAll;
}

}  // namespace

Result<Machine> parse_machine_toml(std::string_view content, const std::string& origin,
                                   const std::string& default_name) {
  const toml::parse_result parsed = toml::parse(content, origin);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(Errc::invalid, origin + ":" + std::to_string(error.source().begin.line) + ": " +
                                   std::string(error.description()));
  }
  Machine machine;
  machine.name = MachineName(default_name);
  machine.owner = OwnerId(kDefaultOwner);
  for (const auto& [key, node] : parsed.table()) {
    const std::string name(key.str());
    const auto at = origin + ":" + std::to_string(node.source().begin.line) + ": ";
    const Setter* setter = find_setter(setters(), name);
    if (setter == nullptr) return fail(Errc::invalid, at + unknown_key(setters(), name));
    if (Problem problem = (*setter)(machine, node)) {
      return fail(Errc::invalid, at + name + " " + *problem);
    }
  }
  // Requirements give no order to keep to.
  if (machine.requirements && !parsed.table().contains("pool_order")) {
    machine.pool_order = PoolOrder::price;
  }
  TRY(machine, check_machine(std::move(machine), origin));
  if (const toml::node* regions = parsed.table().get("regions")) {
    TRY_VOID(add_regions(machine, *regions, origin,
                         [](const std::string& key) { return find_setter(setters(), key); }));
  }
  return machine;
}

}  // namespace ec2spotter
