// Builds decisions: one form for acting, waiting, being done and being stuck.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "model/decision.hpp"
#include "model/observation.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {

class Decisions {
 public:
  explicit Decisions(TimePoint now) : now_(now) {}

  Decision act(Reason reason, std::string detail, Step step) const {
    Decision decision = wait(reason, std::move(detail), kPollChange);
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
    Decision decision = wait(reason, std::move(detail), kPollRest);
    decision.progress = Decision::Progress::done;
    return decision;
  }
  // The detail also names the page that says what to do.
  Decision stuck(Reason reason, Errc errc, std::string detail) const {
    const bool is_list = detail.find('\n') != std::string::npos;
    detail += std::string(is_list ? "\n" : "; ") + "see docs/manual/reasons.md";
    Decision decision = wait(reason, std::move(detail), kPollRest);
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
