// A move: another volume becomes the machine's root. It has the present root's content, in another
// zone, or an earlier content, which is restored. docs/designs/move.md tells why it is as it is.
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
  std::string zone{};  // where it will be
  TimePoint since{};   // when the order was given, in whole seconds
  // What is restored: the content of a snapshot, or a former root itself. Both empty: the present
  // root's last content is copied.
  SnapshotId from{};
  VolumeId back_to{};
  bool restores() const { return !from.empty() || !back_to.empty(); }
  bool operator==(const MoveOrder&) const = default;
};

// "2 us-east-1b 2026-11-28T12:00:00Z", and the id of what is restored, if anything is.
std::string to_string(const MoveOrder& order);
// nullopt: the text is not one.
std::optional<MoveOrder> parse_move_order(const std::string& text);

// Where the root goes, and what is restored: what controllers must agree on.
std::string destination_of(const MoveOrder& order);

// Nothing but a destination may differ: the same order with that one.
MoveOrder with_destination(MoveOrder order, const std::string& destination);

// Which of a machine's roots it is, from 1 on. Of a machine's volumes with the role of a root, the
// one with the highest number is the root, and that alone retires the others.
int generation_of(const Volume& volume);

int generation_of_tags(const Tags& tags);

// When it became the root; where no move has made it one, when it was created.
TimePoint root_since(const Volume& root);

// The order that a root is under; nullopt: none, or one that has been carried out.
std::optional<MoveOrder> order_of(const Volume& root);

// The other region that the root's last order names, whether it still stands or not; empty: none.
std::string region_left_for(const Volume& root);

// Is the root under an order to another region?
bool leaves_region(const Volume& root);

// Is it a former root whose content has become the root in another region?
bool has_departed(const Volume& root);

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
