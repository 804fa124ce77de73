// Moves of roots to other zones, as the storm's worlds have them.
#pragma once

#include <string>
#include <vector>

#include "local_ec2.hpp"

namespace ec2spotter::storm {

inline constexpr const char* kZones[] = {"us-east-1a", "us-east-1b", "us-east-1c"};
inline constexpr const char* kTypes[] = {"t3.small", "t3.medium", "m5.large"};

// Sets each machine's root to the newest one that its volumes' tags show; one that has none stays.
void follow_roots(scenario::LocalEc2& ec2, const std::vector<Machine>& machines,
                  std::vector<VolumeId>& roots);

// Orders that a root goes to another zone, as the command `move` does; nothing happens where it is
// there, or under an order.
void order_move(scenario::LocalEc2& ec2, const VolumeId& root, const std::string& zone);

// Orders that a machine goes back to its newest backup, or to its newest former root, as `restore`
// does; nothing happens where there is none, or the root is under an order.
void order_restore(scenario::LocalEc2& ec2, const VolumeId& root, bool former);

// Is the root under an order to go back to an earlier content in its own zone?
bool is_restored_in_place(scenario::LocalEc2& ec2, const std::string& root);

// How many more instances every pool of a zone gives; -1: any number.
void set_zone(scenario::LocalEc2& ec2, const std::string& zone, int available);

// Former roots that are still kept.
std::size_t former_roots(scenario::LocalEc2& ec2);

// What moves have made and nobody needs any more, for the message; empty: nothing.
std::string leftovers_of_moves(scenario::LocalEc2& ec2);

}  // namespace ec2spotter::storm
