// What the journal of watches tells of a machine's real interruptions. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "control/loop/journal.hpp"

namespace ec2spotter::cli {

// The kind of an event by which a drill marks its begin, and with this reason its end.
inline constexpr const char* kDrillKind = "drill";
inline constexpr const char* kDrillEnded = "ended";

struct Interruption {
  TimePoint at;       // when a watch first saw it: a notice, or that the instance was gone
  Duration until_up;  // from then on
  bool operator==(const Interruption&) const = default;
};

// The last `most` interruptions that a watch saw begin at a machine that was up, and end; the
// latest last. `events` are of one machine, the oldest first. A drill, a pause, a move by hand and
// a hand-over to another instance are left out.
std::vector<Interruption> interruptions(const std::vector<Event>& events, std::size_t most);

}  // namespace ec2spotter::cli
