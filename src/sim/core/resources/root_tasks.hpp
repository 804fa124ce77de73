// Tasks that replace the root volume of a running instance, as things. What time does to them is in
// life/root_replacement.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kRootTask = "replace-root-volume-task";  // kind and resource type

// The faults that make the task fail which a call starts.
inline constexpr std::string_view kTaskFails = "task_fails";
inline constexpr std::string_view kTaskFailsDetached = "task_fails_detached";

// Is the task still under way?
bool is_unfinished(const Json& task);

// The unfinished task of an instance; or null.
Json* root_task_of(World& world, const std::string& region, const std::string& instance_id);
// The unfinished task that makes the volume a root: it holds the volume as an attachment does,
// although EC2 shows the volume as available until the exchange. Null: none does.
Json* root_task_with(World& world, const std::string& region, const std::string& volume_id);

// Errors: VolumeInUse for a volume that is about to become a root: it is as good as attached. A
// build that breaks rule S1 lets it pass.
Result<void> check_no_root_task(World& world, const std::string& region,
                                const std::string& volume_id);

// The task has ended in `state`. A volume that was made for it and not attached goes.
void end_root_task(World& world, const std::string& region, Json& task, const char* state);
// The instance stops or ends: its task, if it has one, has failed.
void abandon_root_task(World& world, const std::string& region, Json& instance);
// The instance is forgotten, and its tasks with it.
void forget_root_tasks(World& world, const std::string& region, const std::string& instance_id);

}  // namespace ec2spotter::sim
