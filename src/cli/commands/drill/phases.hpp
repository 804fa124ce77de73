// What happened to a machine after an interruption, and when it was first seen. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter::cli {

struct Phase {
  std::string name;  // as in the JSON: "instance_gone"
  Duration since{};  // the interruption
  std::string detail;
};

class Phases {
 public:
  // `before` is what was seen last before `former`, the machine's instance, is interrupted.
  Phases(InstanceId former, const Observation& before);

  // Keeps the first time that a name is told.
  void note(const std::string& name, Duration since, std::string detail);

  // Each look of a controller, and what it decided.
  void take(const Machine& machine, const Observation& seen, Duration since);
  void take(const Decision& decision, Duration since);

  // Has the former instance been seen as neither pending nor running?
  bool former_has_left() const { return left_; }
  // Has a further instance of the machine been seen?
  bool has_next() const { return has("next_instance_launched"); }
  // In the order of their times.
  const std::vector<Phase>& all() const { return all_; }

 private:
  bool has(const std::string& name) const;
  void follow_former(const Observation& seen, Duration since);

  InstanceId former_;
  std::set<InstanceId> known_;
  bool left_ = false;
  std::vector<Phase> all_;
};

}  // namespace ec2spotter::cli
