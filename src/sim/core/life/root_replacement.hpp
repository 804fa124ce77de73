// What time and guests do to a task that replaces the root volume of a running instance: the guest
// is asked to shut down and then cut off, the volumes are exchanged, the guest starts from the new
// one. Source: EC2 user guide, "Replace the root volume for an Amazon EC2 instance".
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The task has been made and put into its table: its course begins.
void begin_replacement(World& world, const std::string& region, const Json& task);

// One due event of a task.
void on_root_task_event(World& world, const std::string& kind, const std::string& region,
                        Json& task);

// A running guest has powered itself off: was it for a task, so that the instance goes on running?
bool is_off_for_root_task(World& world, const std::string& region, Json& instance);

}  // namespace ec2spotter::sim
