#include "sim/core/life/status_checks.hpp"

#include <map>

#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kChecksTake = 2min;     // from running, or from a guest's silence, to a result
constexpr Duration kRestartWithin = 4min;  // what EC2 waits for a guest to shut down by itself
constexpr const char* kInstance = "instance";

// EC2's word for a summary -> its word for the one check in it.
const std::map<std::string, const char*>& check_words() {
  static const std::map<std::string, const char*> kWords{
      {"ok", "passed"},
      {"impaired", "failed"},
      {"initializing", "initializing"},
      {"insufficient-data", "insufficient-data"}};
  return kWords;
}

Json check_json(World& world, const std::string& status) {
  Json detail{{"name", "reachability"}, {"status", check_words().at(status)}};
  if (status == "impaired") detail["impairedSince"] = world.timestamp();
  return {{"status", status}, {"details", Json::array({std::move(detail)})}};
}

void schedule_status(World& world, const std::string& region, const Json& instance,
                     const char* kind, Duration after) {
  world.schedule(world.work(after), {{"kind", kind},
                                     {"region", region},
                                     {"id", text(instance, "instanceId")},
                                     {"life", text(instance, "_guest_since")}});
}

bool hangs(const Json& instance) { return instance.value("_hung", false); }

void guest_began(World& world, const std::string& region, Json& instance) {
  instance["_guest_since"] = world.timestamp();
  instance.erase("_hung");
  schedule_status(world, region, instance, "checks_done", kChecksTake);
}

void restart_now(World& world, const std::string& region, Json& instance) {
  guest_restarted(world, region, instance);
  world.bodies().reboot(text(instance, "instanceId"));
}

void finish_checks(World& world, Json& instance) {
  for (auto& [check, summary] : instance.at("_checks").items()) {
    if (text(summary, "status") != "initializing") continue;
    summary = check_json(world, hangs(instance) && check == kInstance ? "impaired" : "ok");
  }
}

Result<void> check_runs(const Json& instance) {
  if (has_power(instance)) return {};
  return fail(Errc::wrong_state, text(instance, "instanceId") + " does not run");
}

}  // namespace

void begin_checks(World& world, const std::string& region, Json& instance) {
  instance.erase("_events");
  Json& checks = instance["_checks"] = Json::object();
  for (const char* check : {kInstance, "system", "ebs"}) {
    checks[check] = check_json(world, "initializing");
  }
  guest_began(world, region, instance);
}

void restart_guest(World& world, const std::string& region, Json& instance) {
  if (!hangs(instance)) return restart_now(world, region, instance);
  schedule_status(world, region, instance, "forced_restart", kRestartWithin);
}

void guest_restarted(World& world, const std::string& region, Json& instance) {
  const Json& check = instance.at("_checks").at(kInstance);
  if (text(check, "status") != "ok") {
    instance["_checks"][kInstance] = check_json(world, "initializing");
  }
  guest_began(world, region, instance);
}

void guest_fell_silent(World& world, const std::string& region, Json& instance) {
  instance["_hung"] = true;
  schedule_status(world, region, instance, "guest_silent", kChecksTake);
}

void settle_status(World& world, const Json& event, const std::string& region, Json& instance) {
  const std::string kind = text(event, "kind");
  const bool same_guest = text(event, "life") == text(instance, "_guest_since");
  if (!same_guest || state_name(instance) != "running") return;
  if (kind == "checks_done") finish_checks(world, instance);
  if (kind == "forced_restart") restart_now(world, region, instance);
  if (kind == "guest_silent" && hangs(instance)) {
    instance["_checks"][kInstance] = check_json(world, "impaired");
  }
}

Result<void> set_check(World& world, Json& instance, const std::string& check,
                       const std::string& status) {
  TRY_VOID(check_runs(instance));
  if (check != kInstance && check != "system" && check != "ebs") {
    return fail(Errc::invalid, "'check' must be system, instance or ebs");
  }
  if (!check_words().contains(status)) {
    return fail(Errc::invalid, "'status' must be ok, impaired, initializing or insufficient-data");
  }
  instance["_checks"][check] = check_json(world, status);
  return {};
}

Result<void> add_scheduled_event(World& world, Json& instance, const std::string& code,
                                 Duration in) {
  static const std::map<std::string, const char*> kEvents{
      {"instance-reboot", "The instance is scheduled for a reboot"},
      {"system-reboot", "The host of the instance is scheduled for a reboot"},
      {"system-maintenance", "The host of the instance is scheduled for maintenance"},
      {"instance-retirement", "The instance is running on degraded hardware"},
      {"instance-stop", "The instance is scheduled to be stopped"}};
  const auto event = kEvents.find(code);
  if (event == kEvents.end()) {
    return fail(Errc::invalid,
                "'code' must be instance-reboot, system-reboot, system-maintenance, "
                "instance-retirement or instance-stop");
  }
  Json& events = instance["_events"];
  if (events.is_null()) events = Json::array();
  events.push_back({{"instanceEventId", world.new_id("instance-event-")},
                    {"code", code},
                    {"description", event->second},
                    {"notBefore", format_iso8601(world.now() + in, Fraction::milliseconds)}});
  return {};
}

Result<void> hang(World& world, const std::string& region, Json& instance) {
  TRY_VOID(check_runs(instance));
  TRY_VOID(world.bodies().hang(text(instance, "instanceId")));
  guest_fell_silent(world, region, instance);
  return {};
}

Result<void> turn_read_only(World& world, Json& instance) {
  TRY_VOID(check_runs(instance));
  return world.bodies().turn_read_only(text(instance, "instanceId"));
}

}  // namespace ec2spotter::sim
