#include "model/machine.hpp"

#include <algorithm>

namespace ec2spotter {

std::string_view to_string(Engine engine) {
  switch (engine) {
    case Engine::automatic: return "auto";
    case Engine::kexec: return "kexec";
    case Engine::replace: return "replace";
    case Engine::pivot: return "pivot";
    case Engine::swap: return "swap";
  }
  return "auto";
}

std::optional<Engine> parse_engine(std::string_view text) {
  for (const Engine engine :
       {Engine::automatic, Engine::kexec, Engine::replace, Engine::pivot, Engine::swap}) {
    if (to_string(engine) == text) return engine;
  }
  return std::nullopt;
}

bool has_boot_program(Engine engine) { return engine != Engine::replace && engine != Engine::swap; }

std::string_view to_string(PoolOrder order) {
  switch (order) {
    case PoolOrder::listed: return "listed";
    case PoolOrder::price: return "price";
    case PoolOrder::capacity: return "capacity";
  }
  return "listed";
}

std::optional<PoolOrder> parse_pool_order(std::string_view text) {
  for (const PoolOrder order : {PoolOrder::listed, PoolOrder::price, PoolOrder::capacity}) {
    if (to_string(order) == text) return order;
  }
  return std::nullopt;
}

std::string_view to_string(OnUnhealthy policy) {
  switch (policy) {
    case OnUnhealthy::report: return "report";
    case OnUnhealthy::restart: return "restart";
    case OnUnhealthy::replace: return "replace";
  }
  return "report";
}

std::optional<OnUnhealthy> parse_on_unhealthy(std::string_view text) {
  for (const auto policy : {OnUnhealthy::report, OnUnhealthy::restart, OnUnhealthy::replace}) {
    if (to_string(policy) == text) return policy;
  }
  return std::nullopt;
}

std::string_view to_string(Goal goal) { return goal == Goal::up ? "up" : "paused"; }

Goal parse_goal(std::string_view text) { return text == "paused" ? Goal::paused : Goal::up; }

std::string_view to_string(GuestFiles files) {
  switch (files) {
    case GuestFiles::once: return "once";
    case GuestFiles::remove: return "remove";
    case GuestFiles::install: return "install";
    case GuestFiles::leave: return "leave";
  }
  return "once";
}

GuestFiles parse_guest_files(std::string_view text) {
  for (const GuestFiles files : {GuestFiles::remove, GuestFiles::install}) {
    if (to_string(files) == text) return files;
  }
  return GuestFiles::once;
}

std::string VolumeName::describe() const {
  return id.empty() ? "named '" + name_tag + "'" : id.str();
}

VolumeName parse_volume_name(const std::string& text) {
  if (text.starts_with("vol-")) return {.id = VolumeId(text), .name_tag = {}};
  return {.id = {}, .name_tag = text};
}

const Machine* machine_in(const Machine& machine, const std::string& region) {
  if (machine.region == region) return &machine;
  const auto found = std::find_if(machine.elsewhere.begin(), machine.elsewhere.end(),
                                  [&](const Machine& other) { return other.region == region; });
  return found == machine.elsewhere.end() ? nullptr : &*found;
}

std::vector<Machine> in_all_regions(const Machine& machine) {
  std::vector<Machine> all{machine};
  all.insert(all.end(), machine.elsewhere.begin(), machine.elsewhere.end());
  for (Machine& one : all) {
    one.elsewhere.clear();
    for (Machine other : all) {
      other.elsewhere.clear();
      if (other.region != one.region) one.elsewhere.push_back(std::move(other));
    }
  }
  return all;
}

bool may_move(const Machine& machine) {
  return machine.move_after && (machine.zones.size() > 1 ||
                                (machine.zones.size() == 1 && machine.zones.front() == kAnyZone));
}

bool uses_market(const Machine& machine, Market market) {
  return std::find(machine.markets.begin(), machine.markets.end(), market) != machine.markets.end();
}

std::string profile_of(const Machine& machine) {
  if (!machine.instance_profile.empty()) return machine.instance_profile;
  return "ec2spotter-" + machine.owner.str() + "-" + machine.name.str();
}

std::string describe(const Pool& pool) {
  return pool.instance_type + " " + std::string(to_string(pool.market)) + " " + pool.zone;
}

}  // namespace ec2spotter
