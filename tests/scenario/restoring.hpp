// What the scenarios of restores share.
#pragma once

#include "model/decision.hpp"
#include "moving.hpp"

namespace ec2spotter::scenario {

// web_machine with a backup each hour, and with no wish to keep former roots.
Machine machine_with_backups();

// Lets a watch run until the first backup is done; its id.
std::string await_backup(LocalEc2& ec2, const Machine& machine);

// Orders these, as the command does.
void restore_from(LocalEc2& ec2, const SnapshotId& snapshot);
void back_to(LocalEc2& ec2, const std::string& volume);

// A command's own step: has it been carried out?
bool carry_out(LocalEc2& ec2, const Machine& machine, const Step& step);

// Stops the order that the root is under, as the command does: is it stopped?
bool cancel(LocalEc2& ec2, const Machine& machine);

}  // namespace ec2spotter::scenario
