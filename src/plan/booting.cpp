#include "plan/booting.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "plan/body_history.hpp"
#include "plan/root_choice.hpp"

namespace ec2spotter {
namespace {

// The boot program ends each of its stages after an hour at the latest (boot/program/main.sh).
constexpr Duration kStageMost = std::chrono::minutes(65);

}  // namespace

// When the boot last showed a sign of life; a stage that is at work counts as one.
TimePoint Booting::last_sign(const Attachment& held, const Instance& body) const {
  const TimePoint begun = std::max(body.launch_time, held.since);
  const auto note = memory_.consoles.find(body.id);
  if (lacks(Cure::work_is_no_silence) || note == memory_.consoles.end()) return begun;
  return std::max(begun, note->second.changed_at.value_or(begun));
}

// While its console cannot be read, nobody knows that a body is silent; no stage takes longer than
// kStageMost, though.
bool Booting::is_silent(const Attachment& held, const Instance& body) const {
  const Duration quiet = now_ - last_sign(held, body);
  if (quiet <= machine_.boot_limit) return false;
  const auto note = memory_.consoles.find(body.id);
  if (lacks(Cure::work_is_no_silence) || note == memory_.consoles.end()) return true;
  const Duration unread = now_ - note->second.unread_since.value_or(now_);
  return quiet - unread > machine_.boot_limit || quiet > machine_.boot_limit + kStageMost;
}

Decision Booting::follow(const Volume& volume, const Attachment& held, const Instance& body,
                         Attended attended) const {
  const BootReport boot = bodies_.boot_of(body);
  const bool entered = boot.stage == "enter" && boot.result == "ok";
  // A volume without our unit cannot print that it is up: then the probe must show it.
  const bool answers = entered && bodies_.answers(body) == true;
  const bool mute = boot.mute || !speaks(machine_, volume);
  if (boot.root_up() || (mute && answers) || swapping_.is_up(body)) {
    return decide_.act(Reason::booting, "the root is up on " + body.id.str(),
                       step::MarkRoot{body.id, RootMark::up});
  }
  if (boot.failed()) return fail(volume, boot, body, attended);
  if (auto denied = console_denied(decide_, seen_, body)) return std::move(*denied);
  if (is_silent(held, body)) return time_out(boot, body, attended);
  const std::string stage =
      boot.stage.empty() ? "the console shows nothing yet" : boot.stage + " " + boot.result;
  return decide_.wait(Reason::booting, body.id.str() + ": " + stage, kConsole);
}

Decision Booting::fail(const Volume& volume, const BootReport& boot, const Instance& body,
                       Attended attended) const {
  auto other =
      attended == Attended::no ? std::nullopt : swapping_.after(boot, machine_, volume, body);
  return other ? std::move(*other) : boot_failed(decide_, boot, body);
}

// A body that answers may be at work although its console does not show it.
Decision Booting::time_out(const BootReport& boot, const Instance& body, Attended attended) const {
  const std::string text = body.id.str() + " has not brought the root up in " +
                           minutes_of(machine_.boot_limit) +
                           "; last stage: " + (boot.stage.empty() ? "none" : boot.stage);
  const bool give_up = intent_.patrol && attended == Attended::yes &&
                       bodies_.answers(body) != true && attempt_of(body) <= kFailedBootsMost;
  if (!give_up) {
    return decide_.stuck(Reason::boot_timeout, Errc::timeout, text + "; see `console`");
  }
  if (!was_silent(body)) {
    return decide_.act(Reason::boot_timeout, text, step::MarkRoot{body.id, RootMark::silent});
  }
  return decide_.act(Reason::boot_timeout, text + "; the instance is terminated",
                     step::TerminateBody{body.id});
}

}  // namespace ec2spotter
