// The loop of the controller for all machines of one owner, for ever: one observation, then one
// turn of each machine that is due.
#pragma once

#include <map>
#include <vector>

#include "control/act/launch_batch.hpp"
#include "control/loop/machine_controller.hpp"
#include "control/observe/spot_events.hpp"
#include "control/observe/survey.hpp"
#include "control/pools/pool_knowledge.hpp"

namespace ec2spotter {

// How long one call of a watch may take with all its retries: what hangs must not keep a notice
// from being seen.
inline constexpr Duration kWatchReadingDeadline = std::chrono::seconds(5);
inline constexpr Duration kWatchChangingDeadline = std::chrono::seconds(20);

class Watch {
 public:
  Watch(OwnerId owner, const Controls& controls);

  // The machines to keep up from now on, of this owner and with different names. One that stays
  // keeps what is remembered of it; one that is not named any more is left as it is.
  void set_machines(std::vector<Machine> machines);

  // EC2 has announced something about this instance; one that is not ours is ignored. The next turn
  // is then due at once, and takes a rebalance recommendation into account.
  void on_spot_event(const SpotEvent& event);

  // Takes one turn; when to take the next one at the latest, by the clock of the controls. Failures
  // are reported and pass, or are reported again: nothing ends a watch.
  TimePoint turn();

  // What was decided last; null: the machine is unknown, or has had no turn.
  const Decision* last_decision(const MachineName& machine) const;

 private:
  struct Entry {
    Machine machine;
    MachineController controller{};
    std::size_t fingerprint = 0;
    TimePoint wake_at{};
    int failures = 0;
    std::optional<Decision> last{};
  };
  struct Work {
    Entry* entry = nullptr;
    Observation seen{};
    Decision decision{};
  };

  static LaunchOrder order_of(const Work& work);

  std::vector<Work> find_due(TimePoint now);
  void forget_times();
  void tell_troubles(TimePoint now);
  bool put_off_unknown(Entry& entry, TimePoint now);
  void observe_closely(std::vector<Work>& works, TimePoint now);
  void take_in_events();
  void decide(std::vector<Work>& works, TimePoint now);
  void act(std::vector<Work>& works);
  void act_alone(Work& work, TimePoint now);
  void launch_together(const std::vector<Work*>& batch, TimePoint now);
  void note_failure(Entry& entry, const Error& error, TimePoint now);
  TimePoint fail_turn(const Error& error);
  TimePoint next_turn(TimePoint begun) const;
  TimePoint in_step(TimePoint wake_at) const;

  Controls controls_;
  TimePoint first_turn_{}, last_turn_{};
  Survey survey_;
  std::map<MachineName, Entry> entries_;
  PoolKnowledge knowledge_;
  std::vector<SpotEvent> heard_;
  std::map<std::string, TimePoint> told_;  // readings that failed, and when that was reported
  int failures_ = 0;
};

}  // namespace ec2spotter
