#include "sim/core/resources/root_tasks.hpp"

namespace ec2spotter::sim {
namespace {

// The volume that the task has made, if nobody holds it, is deleted.
void drop_made_volume(World& world, const std::string& region, const Json& task) {
  const std::string volume_id = text(task, "_volume");
  const Json* volume = task.contains("_made") ? world.find(region, "volume", volume_id) : nullptr;
  if (volume == nullptr || !volume->at("attachmentSet").empty()) return;
  static_cast<void>(world.bodies().delete_volume(volume_id));
  world.erase(region, "volume", volume_id);
}

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

void end_root_task(World& world, const std::string& region, Json& task, const char* state) {
  task["taskState"] = state;
  task["completeTime"] = format_iso8601(world.now());
  drop_made_volume(world, region, task);
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
