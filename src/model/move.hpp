// A move: the root's content becomes a new volume, which is the root from then on.
// docs/designs/move.md tells why it is as it is.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// What the present root's tag says of the volume that will take its place.
struct MoveOrder {
  int generation = 2;  // of the new root
  std::string zone;    // where it will be
  TimePoint since{};   // when the order was given, in whole seconds
  SnapshotId from{};   // that it is made from; empty: the last content of the present root
  bool operator==(const MoveOrder&) const = default;
};

// "2 us-east-1b 2026-11-28T12:00:00Z", and the snapshot if there is one.
std::string to_string(const MoveOrder& order);
// nullopt: the text is not one.
std::optional<MoveOrder> parse_move_order(const std::string& text);

// Which of a machine's roots it is, from 1 on. Of a machine's volumes with the role of a root, the
// one with the highest number is the root, and that alone retires the others.
int generation_of(const Volume& volume);

int generation_of_tags(const Tags& tags);

// The order that a root is under; nullopt: none, or one that has been carried out.
std::optional<MoveOrder> order_of(const Volume& root);

// The zone of the next instance: where the root is, or will be.
std::string zone_of_next(const Volume& root);

// What a snapshot is for.
enum class SnapshotPurpose {
  ahead,   // of a root in use, so that the last one of a move is small
  last,    // of a root at rest: the new root is made from it
  backup,  // kept as the machine's file says
};
std::string_view to_string(SnapshotPurpose purpose);

// Is it one of these snapshots, for the root of that generation?
bool is_for(const Snapshot& snapshot, SnapshotPurpose purpose, int generation);

}  // namespace ec2spotter
