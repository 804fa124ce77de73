// The control API: what a test does to EC2 that EC2's own API cannot do.
#include "sim/core/call/limits.hpp"
#include "sim/core/control_body.hpp"
#include "sim/core/core.hpp"
#include "sim/core/life/life.hpp"
#include "sim/core/life/status_checks.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/services/event_queue.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/types.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kNotice = 120s;
constexpr long kTenYears = 10L * 366 * 86400;
struct Found {
  std::string region;
  Json* instance;
};

Result<Found> need_instance(World& world, const Json& body) {
  TRY(const std::string id, need_text(body, "instance_id"));
  Found found{};
  found.instance = world.find_anywhere("instance", id, found.region);
  if (found.instance == nullptr) return fail(Errc::invalid, "there is no instance " + id);
  return found;
}

Result<void> check_pool(World& world, const std::string& type, const std::string& zone) {
  if (instance_type(type) == nullptr) return fail(Errc::invalid, "no instance type " + type);
  for (const std::string& region : region_names()) {
    for (const auto& [id, subnet] : world.table(region, "subnet")) {
      if (text(subnet, "availabilityZone") == zone) return {};
    }
  }
  return fail(Errc::invalid, "no zone " + zone);
}

Result<Json> control_capacity(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_type", "zone", "market", "available"}));
  TRY(const std::string type, need_text(body, "instance_type"));
  TRY(const std::string zone, need_text(body, "zone"));
  TRY(const long available, need_number(body, "available", {-1, kCountMost}));
  TRY(const std::string market, text_or(body, "market", ""));
  TRY_VOID(check_pool(world, type, zone));
  if (!market.empty() && market != "spot" && market != "on-demand") {
    return fail(Errc::invalid, "'market' must be spot or on-demand");
  }
  for (const char* each : {"spot", "on-demand"}) {
    if (market.empty() || market == each) set_capacity(world, {type, zone, each}, available);
  }
  try_requests_soon(world);
  return Json::object();
}

// Instances whose maximum price is lower are interrupted, with a notice.
void reclaim_underbidders(World& world, const std::string& type, const std::string& zone,
                          double price) {
  for (const std::string& region : region_names()) {
    for (const auto& [id, instance] : world.table(region, "instance")) {
      const Json* request = spot_request_of(world, region, instance);
      const bool here = text(instance, "instanceType") == type &&
                        text(instance.at("placement"), "availabilityZone") == zone;
      const std::string state = state_name(instance);
      if (request == nullptr || !here || (state != "running" && state != "pending")) continue;
      if (request->value("_max_price", price) >= price) continue;
      begin_reclaim(world, region, *world.find(region, "instance", id), kNotice, Cause::price);
    }
  }
}

Result<Json> control_price(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_type", "zone", "price"}));
  TRY(const std::string type, need_text(body, "instance_type"));
  TRY(const std::string zone, need_text(body, "zone"));
  TRY(const std::string given, need_text(body, "price"));
  TRY_VOID(check_pool(world, type, zone));
  char* end = nullptr;
  const double price = std::strtod(given.c_str(), &end);
  if (!(price > 0) || price > 1e6 || *end != '\0') {
    return fail(Errc::invalid, "'price' must be US dollars an hour, as a string");
  }
  set_spot_price(world, type, zone, price);
  reclaim_underbidders(world, type, zone, price);
  try_requests_soon(world);
  return Json::object();
}

// `notice` false: there is no notice. A late notice has fewer seconds than 120.
Result<Json> reclaim_instance(World& world, const Json& body, bool notice_by_default) {
  TRY_VOID(check_keys(body, {"instance_id", "notice", "seconds"}));
  TRY(const bool notice, need_flag(body, "notice", notice_by_default));
  TRY(const long seconds, number_or(body, "seconds", notice ? kNotice / 1s : 0, {0, kDay}));
  if (!notice && seconds > 0) {
    return fail(Errc::invalid,
                "'seconds' needs 'notice': true; it is the time from the notice to the end");
  }
  TRY(const Found found, need_instance(world, body));
  if (text(*found.instance, "instanceLifecycle") != "spot") {
    return fail(Errc::invalid, "the instance is not a spot instance");
  }
  begin_reclaim(world, found.region, *found.instance, std::chrono::seconds(seconds),
                Cause::capacity);
  return Json::object();
}

Result<Json> rebalance(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id"}));
  TRY(const Found found, need_instance(world, body));
  (*found.instance)["_rebalance_at"] = format_iso8601(world.now());
  post_rebalance_recommendation(world, found.region, *found.instance);
  try_requests_soon(world);
  return Json::object();
}

// How late EC2 shows something: the credentials of an instance profile after its role was added, a
// fleet in DescribeFleets after it was made.
Result<Json> control_delay(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"of", "seconds"}));
  TRY(const std::string what, need_text(body, "of"));
  TRY(const long seconds, need_number(body, "seconds", {0, kDay}));
  if (what != "credentials" && what != "fleets") {
    return fail(Errc::invalid, "'of' must be credentials or fleets");
  }
  world.settings()["delay/" + what] = seconds;
  return Json::object();
}

// What EC2 is free to do with a root that replaces another.
Result<Json> control_replacement(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"delete_on_termination"}));
  TRY(const bool goes, need_flag(body, "delete_on_termination", true));
  world.settings()["replacement/delete_on_termination"] = goes;
  return Json::object();
}

Result<Json> control_status(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id", "check", "status"}));
  TRY(const Found found, need_instance(world, body));
  TRY(const std::string check, need_text(body, "check"));
  TRY(const std::string status, need_text(body, "status"));
  TRY_VOID(set_check(world, *found.instance, check, status));
  return Json::object();
}

Result<Json> control_event(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id", "code", "seconds"}));
  TRY(const Found found, need_instance(world, body));
  TRY(const std::string code, need_text(body, "code"));
  TRY(const long seconds, number_or(body, "seconds", kDay, {0, kTenYears}));
  TRY_VOID(add_scheduled_event(world, *found.instance, code, std::chrono::seconds(seconds)));
  return Json::object();
}

Result<Json> control_hang(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id"}));
  TRY(const Found found, need_instance(world, body));
  TRY_VOID(hang(world, found.region, *found.instance));
  return Json::object();
}

Result<Json> control_read_only(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id"}));
  TRY(const Found found, need_instance(world, body));
  TRY_VOID(turn_read_only(world, *found.instance));
  return Json::object();
}

Result<Json> control_quota(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"name", "value"}));
  TRY(const std::string name, need_text(body, "name"));
  TRY(const long value, need_number(body, "value", {0, kCountMost}));
  if (!is_quota(name)) {
    return fail(Errc::invalid,
                "'name' must be spot_vcpus, on_demand_vcpus, addresses or initialization_mib_s");
  }
  world.settings()["quota/" + name] = value;
  try_requests_soon(world);
  return Json::object();
}

Result<Json> control_zone(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"zone", "state", "opt_in"}));
  TRY(const std::string zone, need_text(body, "zone"));
  ZoneState state = zone_state(world, zone);
  TRY(state.state, text_or(body, "state", state.state));
  TRY(state.opt_in, text_or(body, "opt_in", state.opt_in));
  TRY_VOID(set_zone_state(world, zone, state));
  return Json::object();
}

Result<Json> control_key(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"key", "region", "state"}));
  TRY(const std::string name, need_text(body, "key"));
  TRY(const std::string region, text_or(body, "region", region_names().front()));
  TRY(const std::string state, need_text(body, "state"));
  if (!is_region(region)) return fail(Errc::invalid, "no region " + region);
  TRY_VOID(set_key_state(world, region, name, state));
  return Json::object();
}

Result<Json> control_limits(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"enabled"}));
  TRY(const bool enabled, need_flag(body, "enabled", true));
  world.settings()["limits"] = enabled;
  return Json::object();
}

}  // namespace

Result<Json> Core::move_clock(const Json& body) {
  TRY_VOID(check_keys(body, {"advance_seconds"}));
  TRY(const long seconds, need_number(body, "advance_seconds", {0, kTenYears}));
  const long before = world_.settings().value("clock_offset_seconds", 0L);
  if (before + seconds > 10 * kTenYears) {
    return fail(Errc::invalid, "the clock is a century ahead already");
  }
  world_.settings()["clock_offset_seconds"] = before + seconds;
  return Json{{"offset_seconds", before + seconds}};
}

Json Core::state_json() {
  return {{"now", world_.timestamp()}, {"violations", violations()}, {"state", world_.save()}};
}

Result<Json> Core::resources_json(const Json& body) const {
  TRY_VOID(check_keys(body, {"region", "kind"}));
  TRY(const std::string region, text_or(body, "region", region_names().front()));
  TRY(const std::string kind, need_text(body, "kind"));
  if (!is_region(region)) return fail(Errc::invalid, "no region " + region);
  return Json(table(region, kind));
}

bool Core::only_reads(const std::string& path) {
  return path == "state" || path == "calls" || path == "actions" || path == "violations";
}

Result<Json> Core::control(const std::string& path, const Json& body) {
  if (path == "state") return state_json();
  if (path == "resources") return resources_json(body);
  if (path == "calls") return calls_json();
  if (path == "actions") return Json(action_names());
  if (path == "violations") return Json(violations());
  changed();
  return changing_control(path, body);
}

Result<Json> Core::changing_control(const std::string& path, const Json& body) {
  if (path == "capacity") return control_capacity(world_, body);
  if (path == "price") return control_price(world_, body);
  if (path == "quota") return control_quota(world_, body);
  if (path == "zone") return control_zone(world_, body);
  if (path == "key") return control_key(world_, body);
  if (path == "limits") return control_limits(world_, body);
  if (path == "reclaim") return reclaim_instance(world_, body, false);
  if (path == "notice") return reclaim_instance(world_, body, true);
  if (path == "rebalance") return rebalance(world_, body);
  if (path == "status") return control_status(world_, body);
  if (path == "event") return control_event(world_, body);
  if (path == "hang") return control_hang(world_, body);
  if (path == "read_only") return control_read_only(world_, body);
  if (path == "replacement") return control_replacement(world_, body);
  if (path == "delay") return control_delay(world_, body);
  if (path == "fault") return add_fault(body);
  if (path == "clock") return move_clock(body);
  return fail(Errc::invalid,
              "no control call '" + path +
                  "'; known: capacity price quota key zone limits notice rebalance reclaim "
                  "status event hang read_only replacement delay fault clock state "
                  "resources calls actions violations");
}

}  // namespace ec2spotter::sim
