#include "plan/decisions.hpp"

namespace ec2spotter {

std::string minutes_of(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(time).count()) +
         " minutes";
}

Decision boot_failed(const Decisions& decide, const BootReport& boot, const Instance& body) {
  return decide.stuck(Reason::boot_failed, Errc::wrong_state,
                      "stage " + boot.stage + " failed on " + body.id.str() + ": " + boot.reason +
                          (boot.detail.empty() ? "" : " (" + boot.detail + ")") +
                          "; the body is reachable; see `console`, then `pause`");
}

}  // namespace ec2spotter
