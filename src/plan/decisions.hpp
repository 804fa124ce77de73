// Builds decisions: one form for acting, waiting, being done and being stuck.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

inline constexpr Duration kSoon = std::chrono::seconds(1);     // a state change is expected
inline constexpr Duration kConsole = std::chrono::seconds(2);  // the guest is at work
inline constexpr Duration kCalm = std::chrono::seconds(60);    // nothing is expected

class Decisions {
 public:
  explicit Decisions(TimePoint now) : now_(now) {}

  Decision act(Reason reason, std::string detail, Step step) const {
    Decision decision = wait(reason, std::move(detail), kSoon);
    decision.steps.push_back(std::move(step));
    return decision;
  }
  Decision wait(Reason reason, std::string detail, Duration for_long) const {
    return {.steps = {},
            .reason = reason,
            .detail = std::move(detail),
            .wake_at = now_ + for_long,
            .candidates = {}};
  }
  Decision done(Reason reason, std::string detail) const {
    Decision decision = wait(reason, std::move(detail), kCalm);
    decision.progress = Decision::Progress::done;
    return decision;
  }
  Decision stuck(Reason reason, Errc errc, std::string detail) const {
    Decision decision = wait(reason, std::move(detail), kCalm);
    decision.progress = Decision::Progress::stuck;
    decision.errc = errc;
    return decision;
  }

 private:
  TimePoint now_;
};

// "12 minutes", for people.
std::string minutes_of(Duration time);

// The decision when we lack the right to read the console of this instance; nullopt: we have it.
// Nothing else shows how far the boot is.
std::optional<Decision> console_denied(const Decisions& decide, const Observation& seen,
                                       const Instance& body);

// The decision when the boot program has given up; the instance stays for a person to look at.
Decision boot_failed(const Decisions& decide, const BootReport& boot, const Instance& body);

}  // namespace ec2spotter
