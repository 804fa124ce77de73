#include "plan/decisions.hpp"

namespace ec2spotter {

Decision boot_failed(const Decisions& decide, const BootReport& boot, const Instance& body) {
  return decide.stuck(Reason::boot_failed, Errc::wrong_state,
                      "stage " + boot.stage + " failed on " + body.id.str() + ": " + boot.reason +
                          (boot.detail.empty() ? "" : " (" + boot.detail + ")") +
                          "; the body is reachable; see `console`, then `pause`");
}

}  // namespace ec2spotter
