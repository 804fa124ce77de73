#include "cli/commands/drill/recovery.hpp"

#include <algorithm>

#include "plan/choice/body_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

// What had no capacity a moment ago is asked again soon, as the machine is down.
constexpr Duration kCapacityAgain = 10s;

// A watch that hears of a rebalance recommendation launches the next instance within seconds.
constexpr Duration kRebalanceHeard = 30s;

class Recovering {
 public:
  Recovering(const Machine& machine, const Controls& controls, const Drill& options,
             const InstanceId& former, const Phases& phases, Duration start)
      : machine_(machine),
        controls_(controls),
        options_(options),
        former_(former),
        phases_(phases),
        start_(start) {}

  Result<Recovery> run() {
    while (true) {
      auto reached = drive(machine_, controls_, {.goal = Goal::up, .deadline = left()});
      if (reached && is_over(*reached)) return came_up(std::move(*reached));
      if (!reached && reached.error().code == Errc::interrupted) return interrupted();
      if (!reached && is_final(reached.error())) return stays_down(reached.error().describe());
      if (left() <= Duration::zero()) return stays_down("EC2 has not shown the interruption yet");
      // EC2 may show an interruption late; until then the machine looks as before.
      if (!controls_.waiter.wait(reached ? kPollChange : kCapacityAgain)) return interrupted();
    }
  }

 private:
  Duration since() const { return controls_.clock.running() - start_; }
  Duration left() const { return std::max(options_.timeout - since(), Duration::zero()); }

  // Capacity may come while there is time.
  bool is_final(const Error& error) const {
    return error.code != Errc::no_capacity || left() <= Duration::zero();
  }

  bool on_former(const Look& look) const {
    const Instance* body = choose_body(machine_, look.seen);
    return body != nullptr && body->id == former_ && !phases_.former_has_left();
  }

  bool is_over(const Look& look) const {
    if (!on_former(look)) return true;
    if (options_.kind != DrillKind::rebalance) return false;
    const bool moves = phases_.has_next() && left() > Duration::zero();
    return !moves && (since() >= kRebalanceHeard || left() <= Duration::zero());
  }

  Recovery came_up(Look look) const {
    const bool stays = on_former(look);
    return {.up = true, .stays = stays, .last = std::move(look), .why = {}};
  }

  static Recovery stays_down(std::string why) { return {.last = {}, .why = std::move(why)}; }

  tl::unexpected<Error> interrupted() const {
    return fail(Errc::interrupted,
                "the drill was interrupted, and the machine may be down; "
                "`resume " +
                    machine_.name.str() + "` brings it up");
  }

  const Machine& machine_;
  const Controls& controls_;
  const Drill& options_;
  const InstanceId& former_;
  const Phases& phases_;
  Duration start_;
};

}  // namespace

Result<Recovery> recover(const Machine& machine, const Controls& controls, const Drill& options,
                         const InstanceId& former, const Phases& phases, Duration start) {
  return Recovering(machine, controls, options, former, phases, start).run();
}

}  // namespace ec2spotter::cli
