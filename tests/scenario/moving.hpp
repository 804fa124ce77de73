// What the scenarios of moves share.
#pragma once

#include <string>

#include "model/move.hpp"
#include "root_disk.hpp"

namespace ec2spotter::scenario {

inline constexpr const char* kOtherZone = "us-east-1b";

// web_machine, which may live in two zones and does not wait for capacity.
Machine moving_machine();

// No pool of its zone gives an instance any more.
void empty_own_zone(LocalEc2& ec2);

// Gives the machine's root an order, as the commands do.
void give_order(LocalEc2& ec2, MoveOrder order);

// Orders a move, as the command does.
void order(LocalEc2& ec2, const Machine& machine, const std::string& zone);

// As the command does after that.
bool move(LocalEc2& ec2, const Machine& machine, Goal goal = Goal::up);

// Lets a watch run for this time.
void look_after(LocalEc2& ec2, const Machine& machine, Duration time);

// The machine's root in that region: the volume with the role and the highest generation. Null:
// there is none.
sim::Json root_of(LocalEc2& ec2, const std::string& region = "us-east-1");

// Is the machine up, on a root in that zone?
LocalEc2::Enough in_zone(LocalEc2& ec2, const Machine& machine, const std::string& zone);

// Is there a snapshot of the machine's volumes that is no backup, a claim, or a volume that did not
// become the root?
bool has_leftovers(LocalEc2& ec2, const std::string& region = "us-east-1");

// No snapshot of the machine's volumes is there, and no claim.
void expect_no_leftovers(LocalEc2& ec2);

// The machine serves from that zone, under the same address and host key, with all that it had
// written; the former root is retired and kept; nothing else is left over.
void expect_moved(LocalEc2& ec2, const std::string& zone);

// A person's call with the result that a lost reply has: another volume that may become what `made`
// was made for, and which controllers would rather take.
void make_another(LocalEc2& ec2, const std::string& made);

}  // namespace ec2spotter::scenario
