#include "plan/decisions.hpp"

namespace ec2spotter {

std::string minutes_of(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(time).count()) +
         " minutes";
}

std::optional<Decision> console_denied(const Decisions& decide, const Observation& seen,
                                       const Instance& body) {
  const auto denied = seen.unreadable.find(body.id);
  if (denied == seen.unreadable.end()) return std::nullopt;
  return decide.stuck(Reason::console_denied, denied->second.code,
                      body.id.str() + " cannot be followed: " + denied->second.describe() +
                          "; allow ec2:GetConsoleOutput, then go on by the same command");
}

Decision boot_failed(const Decisions& decide, const BootReport& boot, const Instance& body) {
  return decide.stuck(Reason::boot_failed, Errc::wrong_state,
                      "stage " + boot.stage + " failed on " + body.id.str() + ": " + boot.reason +
                          (boot.detail.empty() ? "" : " (" + boot.detail + ")") +
                          "; the body is reachable; see `console`, then `pause`");
}

}  // namespace ec2spotter
