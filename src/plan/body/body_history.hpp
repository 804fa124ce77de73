// The last hour, as the bodies show it that EC2 still lists. EC2 shows an ended instance for about
// an hour, so none of this needs a memory of our own.
#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Is it terminated, or about to be?
bool has_ended(const Instance& body);

// Has the body's root been seen up?
bool came_up(const Instance& body);

// The newest body, whatever its state; ties go to the larger id. nullptr: there is none.
const Instance* newest_body(const Observation& seen);

// Bodies launched within the last hour.
int launches_lately(const Observation& seen, TimePoint now);

// The engine that it was launched for, as its tag says; a body without the tag was for kexec, with
// which each boot program of an earlier version began.
Engine engine_of(const Instance& body);
bool is_for(const Instance& body, Engine engine);

// May EC2 be at work on its root disk, or be about to: is it for the engine replace, and not up?
bool may_have_root_task(const Instance& body);

// Was it launched for a root that was not made yet, and has nobody told it since which one it is?
bool waits_for_next(const Instance& body);

// Is this the volume that it waits for, as far as its tag says? One that was launched before its
// root was made waits for any.
bool waits_for(const Instance& body, const VolumeId& volume);

// Was it given up because its root never said anything?
bool was_silent(const Instance& body);

// Which one the body is among those in a row that never came up; the first is 1.
int attempt_of(const Instance& body);

bool never_came_up_lately(const Observation& seen, const Pool& pool, TimePoint now);

// EC2 accepted the launch and then ended the body for lack of capacity: its words.
std::optional<std::string> refused_lately(const Observation& seen, const Pool& pool, TimePoint now);

// EC2 ended the newest body at once for a cause that only a person can remove (a KMS key that it
// cannot use, a volume limit): its words, and what to do.
struct LaunchRefusal {
  std::string what;
  bool for_key = false;
};
std::optional<LaunchRefusal> launch_refusal(const Observation& seen, TimePoint now);

}  // namespace ec2spotter
