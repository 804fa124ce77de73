// The deciding and acting half of a machine's turns, with what is remembered between them. Every
// driver (launch, pause, watch, the tests) goes through here.
#pragma once

#include "aws/ec2.hpp"
#include "control/surroundings.hpp"
#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"
#include "plan/plan.hpp"

namespace ec2spotter {

class MachineController {
 public:
  Memory& memory() { return memory_; }

  // What to do now. Steps sent a moment ago whose effect EC2 cannot show yet are left out.
  Decision decide(const Machine& machine, const Intent& intent, const Observation& seen,
                  TimePoint now, Reporter& reporter);

  // Carries out the steps of `decision`, which decide() made from `seen`. Errors: of the first step
  // that failed; the reporter has been told.
  Result<void> act(const Machine& machine, const Decision& decision, const Observation& seen,
                   aws::Ec2& ec2, TimePoint now, Reporter& reporter);

  // The steps of `decision` have been carried out, by act() or together with other machines'.
  void note_sent(const Decision& decision, TimePoint now);

 private:
  void remember_seen(const Observation& seen, TimePoint now);
  void remember_decided(const Decision& decision, TimePoint now);

  Memory memory_;
  std::vector<Step> sent_;
  TimePoint sent_at_;
};

}  // namespace ec2spotter
