// Questions about the bodies of one observation.
#pragma once

#include <optional>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Is it pending or running?
bool is_live(const Instance& body);

// Does the body's own description have the volume? EC2's views of one attachment may differ for a
// while.
bool shows(const Instance& body, const VolumeId& volume);

// The disk that it boots from, in its own description; nullptr: there is none.
const BlockDevice* root_disk(const Instance& body);

// Has Spot stopped it? Then EC2 alone may start it again.
bool was_interrupted(const Observation& seen, const Instance& body);

// What a body must be good for, to get a root.
struct RootNeeds {
  VolumeId volume;
  std::string zone;
  Engine engine = Engine::automatic;
  bool to_come = false;  // another volume will take this one's place
};

class BodyView {
 public:
  explicit BodyView(const Observation& seen) : seen_(seen) {}

  // The instance if it is ours, else nullptr.
  const Instance* find_body(const InstanceId& id) const;
  // What its console says; empty when nothing is known.
  BootReport boot_of(const Instance& body) const;
  // Does an SSH server answer there? nullopt: it was not probed.
  std::optional<bool> answers(const Instance& body) const;
  // Has it been in the root, as far as its tags and its console tell?
  bool has_entered(const Instance& body) const;
  // Is it lost, or about to be: terminated, shutting down, or marked by Spot?
  bool is_doomed(const Instance& body) const;
  // EC2's work to replace its root disk; nullptr: none is under way.
  const RootTask* task_of(const Instance& body) const;
  // The body other than `holder` that was launched first and has not had the root; ties go to the
  // smaller id. It is in the zone, and knows which volume it waits for. One that has entered the
  // root and lost it is of no more use. Bodies with a boot program serve each of its engines; any
  // other engine needs bodies that were launched for it.
  const Instance* next_body(const Instance* holder, const RootNeeds& root) const;
  // The first of those that were launched to take over from `body`.
  const Instance* successor_of(const Instance& body, const RootNeeds& root) const;

 private:
  // Living, or stopped for a swap, and it has not had the root yet.
  bool may_take_root(const Instance& body, const RootNeeds& root) const;

  const Observation& seen_;
};

}  // namespace ec2spotter
