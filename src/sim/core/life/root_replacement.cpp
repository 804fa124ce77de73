#include "sim/core/life/root_replacement.hpp"

#include <algorithm>

#include "sim/core/life/status_checks.hpp"
#include "sim/core/life/volume_events.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/root_volumes.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/instance_state.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

// Realistic: two minutes in all when the guest obeys, and 4 min 05 s for one that does not.
constexpr Duration kPending = 5s;
constexpr Duration kShuttingDown = 20s;
constexpr Duration kPatience = 245s;  // with a guest that does not hear the power button
constexpr Duration kExchange = 40s;
constexpr Duration kRestart = 55s;
// A report of the old guest may still be on its way when the new one starts.
constexpr Duration kReportsLate = 2s;

void schedule_step(World& world, const std::string& region, const Json& task, const char* kind,
                   Duration after) {
  world.schedule(
      after, {{"kind", kind}, {"region", region}, {"id", text(task, "replaceRootVolumeTaskId")}});
}

void ask_guest(World& world, const std::string& region, Json& task) {
  task["taskState"] = "in-progress";
  Json* volume = world.find(region, "volume", text(task, "_volume"));
  if (volume != nullptr && task.contains("_made")) (*volume)["status"] = "available";
  const Duration min = world.work(kShuttingDown);
  const Duration max = std::max({min, world.shutdown_grace(), world.work(kPatience)});
  task["_off_at"] = format_iso8601(world.now() + min, Fraction::milliseconds);
  schedule_step(world, region, task, "root_guest_off", min);
  schedule_step(world, region, task, "root_power_cut", max);
  world.bodies().press_power_button(text(task, "instanceId"));
}

void cut_guest(World& world, const std::string& region, Json& task, Json& instance) {
  if (task.contains("_cut")) return;
  task["_cut"] = true;
  instance["_without_power"] = true;
  world.bodies().cut_power(text(instance, "instanceId"));
  settle_detaching(world, region, text(instance, "instanceId"));
  schedule_step(world, region, task, "root_exchange", world.work(kExchange));
}

// The guest starts from what is the instance's root now.
void restart(World& world, const std::string& region, Json& instance) {
  instance.erase("_without_power");
  instance["_old_guest_until"] = format_iso8601(world.now() + kReportsLate, Fraction::milliseconds);
  const bool started = world.bodies().restart(body_spec(instance)).has_value();
  guest_restarted(world, region, instance);
  if (!started) guest_fell_silent(world, region, instance);
}

void take_root(World& world, const std::string& region, Json& task, Json& instance) {
  const std::string volume_id = root_volume_of(instance);
  task["_old_root"] = volume_id;
  instance["_former_roots"].push_back(volume_id);
  forget_disk(instance, volume_id);
  if (Json* volume = world.find(region, "volume", volume_id)) free_volume(world, *volume);
}

void give_root(World& world, Json& instance, Json& volume) {
  const std::string volume_id = text(volume, "volumeId");
  Json attachment = attachment_json(
      world, volume_id, text(instance, "instanceId"),
      {.device = text(instance, "rootDeviceName"),
       .delete_on_termination = world.settings().value("replacement/delete_on_termination", true)});
  attachment["status"] = "attached";
  note_retired(world, volume, attachment);
  Json& mappings = instance.at("blockDeviceMapping");
  mappings.insert(mappings.begin(), mapping_of(attachment));
  volume["status"] = "in-use";
  volume["attachmentSet"] = Json::array({std::move(attachment)});
}

void exchange(World& world, const std::string& region, Json& task, Json& instance) {
  schedule_step(world, region, task, "root_done", world.work(kRestart));
  Json* volume = world.find(region, "volume", text(task, "_volume"));
  const std::string fails = text(task, "_fails");
  if (fails == "failing-detached") {
    task["taskState"] = fails;
    take_root(world, region, task, instance);
    return guest_fell_silent(world, region, instance);
  }
  if (volume == nullptr || !fails.empty()) {
    task["taskState"] = "failing";
  } else {
    take_root(world, region, task, instance);
    give_root(world, instance, *volume);
  }
  restart(world, region, instance);
}

void finish(World& world, const std::string& region, Json& task) {
  const std::string state = text(task, "taskState");
  if (state == "failing") return end_root_task(world, region, task, "failed");
  if (state == "failing-detached") return end_root_task(world, region, task, "failed-detached");
  end_root_task(world, region, task, "succeeded");
  const bool goes = task.at("deleteReplacedRootVolume").get<bool>();
  if (goes) delete_if_free(world, region, text(task, "_old_root"));
}

}  // namespace

void begin_replacement(World& world, const std::string& region, const Json& task) {
  schedule_step(world, region, task, "root_begins", world.work(kPending));
}

void on_root_task_event(World& world, const std::string& kind, const std::string& region,
                        Json& task) {
  Json* instance = world.find(region, "instance", text(task, "instanceId"));
  if (instance == nullptr || !is_unfinished(task)) return;
  if (kind == "root_begins") ask_guest(world, region, task);
  if (kind == "root_guest_off" && task.contains("_guest_off")) {
    cut_guest(world, region, task, *instance);
  }
  if (kind == "root_power_cut") cut_guest(world, region, task, *instance);
  if (kind == "root_exchange") exchange(world, region, task, *instance);
  if (kind == "root_done") finish(world, region, task);
}

bool is_off_for_root_task(World& world, const std::string& region, Json& instance) {
  if (!has_power(instance) || world.is_before(instance, "_old_guest_until")) return true;
  Json* task = root_task_of(world, region, text(instance, "instanceId"));
  if (task == nullptr || text(*task, "taskState") != "in-progress" || task->contains("_cut")) {
    return false;
  }
  (*task)["_guest_off"] = true;
  instance["_without_power"] = true;
  if (!world.is_before(*task, "_off_at")) cut_guest(world, region, *task, instance);
  return true;
}

}  // namespace ec2spotter::sim
