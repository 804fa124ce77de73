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
                      "the console of " + body.id.str() +
                          " cannot be read: " + denied->second.describe() +
                          "; allow ec2:GetConsoleOutput, then run the same command again");
}

Decision boot_failed(const Decisions& decide, const BootReport& boot, const Instance& body) {
  return decide.stuck(Reason::boot_failed, Errc::wrong_state,
                      "stage " + boot.stage + " failed on " + body.id.str() + ": " + boot.reason +
                          (boot.detail.empty() ? "" : " (" + boot.detail + ")") +
                          "; the instance is still reachable; see `console`, then `pause`");
}

}  // namespace ec2spotter
