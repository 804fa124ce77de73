// Machines that keep their private address: each instance is launched on one network interface,
// which outlives it. EC2 launches nothing on an interface that is in use, so that the next instance
// waits for the end of the last one. For the same reason nothing of these machines is handed over
// while it works: rule S8 wants the next instance first.
#pragma once

#include <optional>

#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class InterfaceKeeping {
 public:
  explicit InterfaceKeeping(const Situation& s) : s_(s) {}

  // What has to be done, or waited for, before the next instance is launched; nullopt: nothing.
  std::optional<Decision> prepare(const Root& root) const;
  // The one that the next instance is launched on, after that; empty: EC2 makes one for it.
  InterfaceId for_next(const Root& root) const;
  // Of a machine that is up: records its interface, and deletes what it does not use any more.
  std::optional<Decision> tidy(const Root& root) const;
  // Of a machine that is paused: deletes what its file does not want any more.
  std::optional<Decision> tidy_at_rest(const Root& root) const;
  // Of a machine whose root has moved to another region.
  std::optional<Decision> tidy_departed() const { return delete_surplus(InterfaceId()); }

 private:
  Decision wait(const std::string& what, Duration for_long = kPollChange) const;
  Decision make(const Root& root) const;
  Decision wait_or_tell(Reason reason, const std::string& what, const std::string& cure) const;
  Decision await_free(const Root& root, const NetworkInterface& kept) const;
  Decision leave(const Root& root, const NetworkInterface& kept, const Instance& body) const;
  bool is_lost(const Root& root) const;
  std::optional<Decision> record(const Root& root) const;
  std::optional<Decision> delete_surplus(const InterfaceId& kept) const;
  std::optional<Decision> forget(const Root& root, Reason rest) const;

  const Situation& s_;
};

}  // namespace ec2spotter
