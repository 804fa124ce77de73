// Follows a body from the attachment of its root until the root is up or the body is given up.
#pragma once

#include "plan/body_view.hpp"
#include "plan/decisions.hpp"
#include "plan/plan.hpp"
#include "plan/swapping.hpp"

namespace ec2spotter {

// Does a controller launch the machine's bodies? Else EC2 does.
enum class Attended { no, yes };

class Booting {
 public:
  // The references outlive it.
  Booting(const Machine& machine, const Intent& intent, const Observation& seen,
          const Memory& memory, TimePoint now)
      : machine_(machine),
        intent_(intent),
        seen_(seen),
        memory_(memory),
        now_(now),
        bodies_(seen),
        decide_(now),
        swapping_(seen, now) {}

  // What to do about a body that holds the root, which is not up yet.
  Decision follow(const Volume& volume, const Attachment& held, const Instance& body,
                  Attended attended) const;
  // What to do about a boot program that has given up.
  Decision fail(const Volume& volume, const BootReport& boot, const Instance& body,
                Attended attended) const;

 private:
  TimePoint last_sign(const Attachment& held, const Instance& body) const;
  bool is_silent(const Attachment& held, const Instance& body) const;
  Decision time_out(const BootReport& boot, const Instance& body, Attended attended) const;

  const Machine& machine_;
  const Intent& intent_;
  const Observation& seen_;
  const Memory& memory_;
  TimePoint now_;
  BodyView bodies_;
  Decisions decide_;
  Swapping swapping_;
};

}  // namespace ec2spotter
