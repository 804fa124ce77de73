#include "sim/core/resources/root_tasks.hpp"

#include "base/broken_rule.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Json* unfinished_with(World& world, const std::string& region, const char* key,
                      const std::string& id) {
  return world.find_where(region, kRootTask, [&](const Json& task) {
    return text(task, key) == id && is_unfinished(task);
  });
}

}  // namespace

bool is_unfinished(const Json& task) { return !task.contains("completeTime"); }

Json* root_task_of(World& world, const std::string& region, const std::string& instance_id) {
  return unfinished_with(world, region, "instanceId", instance_id);
}

Json* root_task_with(World& world, const std::string& region, const std::string& volume_id) {
  return unfinished_with(world, region, "_volume", volume_id);
}

Result<void> check_no_root_task(World& world, const std::string& region,
                                const std::string& volume_id) {
  const Json* task = root_task_with(world, region, volume_id);
  if (task == nullptr || breaks_rule(1)) return {};
  return refuse("VolumeInUse",
                volume_id + " is becoming the root volume of " + text(*task, "instanceId"));
}

void end_root_task(World& world, const std::string& region, Json& task, const char* state) {
  task["taskState"] = state;
  task["completeTime"] = format_iso8601(world.now());
  if (task.contains("_made")) delete_if_free(world, region, text(task, "_volume"));
}

void abandon_root_task(World& world, const std::string& region, Json& instance) {
  instance.erase("_without_power");
  Json* task = root_task_of(world, region, text(instance, "instanceId"));
  if (task != nullptr) end_root_task(world, region, *task, "failed");
}

void forget_root_tasks(World& world, const std::string& region, const std::string& instance_id) {
  const auto is_its = [&](const Json& task) { return text(task, "instanceId") == instance_id; };
  while (const Json* task = world.find_where(region, kRootTask, is_its)) {
    world.erase(region, kRootTask, text(*task, "replaceRootVolumeTaskId"));
  }
}

}  // namespace ec2spotter::sim
