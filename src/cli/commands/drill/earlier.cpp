#include "cli/commands/drill/earlier.hpp"

#include <algorithm>
#include <array>

#include "model/reason.hpp"

namespace ec2spotter::cli {
namespace {

// With one of these a watch begins when a machine that was up has lost its instance, or will.
constexpr std::array kBegins{
    Reason::launching_body,        Reason::no_capacity,         Reason::quota_reached,
    Reason::waiting_for_spot,      Reason::launch_refused,      Reason::waiting_for_types,
    Reason::too_many_launches,     Reason::waiting_for_body,    Reason::waiting_for_preboot,
    Reason::waiting_for_fleet,     Reason::waiting_for_release, Reason::waiting_for_interface,
    Reason::releasing_body,        Reason::attaching_root,      Reason::swapping_root,
    Reason::replacing_root,        Reason::root_lost,           Reason::booting,
    Reason::waiting_for_attachment};

// After one of these the instance ends because somebody wants it to.
constexpr std::array kWanted{Reason::handing_over, Reason::moving_root, Reason::adopting_volume};

template <class Reasons>
bool is_one_of(const Reasons& reasons, const std::string& word) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](Reason reason) { return to_string(reason) == word; });
}

class Reading {
 public:
  void take(const Event& event) {
    if (event.kind == kDrillKind) in_drill_ = event.reason != kDrillEnded;
    if (event.kind == "decision") take_decision(event);
  }

  std::vector<Interruption> found;

 private:
  enum class State {
    unknown,  // or down because somebody wants it so
    up,
    interrupted,  // since `begun_`
    rehearsed,    // likewise, by a drill
  };

  void take_decision(const Event& event) {
    if (event.reason == to_string(Reason::up)) return come_up(event.time);
    if (state_ == State::up && is_one_of(kBegins, event.reason)) {
      state_ = in_drill_ ? State::rehearsed : State::interrupted;
      begun_ = event.time;
    }
    const bool wanted = state_ == State::up && is_one_of(kWanted, event.reason);
    if (wanted || event.reason == to_string(Reason::paused)) state_ = State::unknown;
  }

  void come_up(TimePoint time) {
    if (state_ == State::interrupted) found.push_back({.at = begun_, .until_up = time - begun_});
    state_ = State::up;
  }

  State state_ = State::unknown;
  TimePoint begun_{};
  bool in_drill_ = false;
};

}  // namespace

std::vector<Interruption> interruptions(const std::vector<Event>& events, std::size_t most) {
  Reading reading;
  for (const Event& event : events) reading.take(event);
  auto& found = reading.found;
  if (found.size() > most) found.erase(found.begin(), found.end() - static_cast<long>(most));
  return std::move(found);
}

}  // namespace ec2spotter::cli
