#include "plan/body/booting.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "plan/ways/swapping.hpp"

namespace ec2spotter {

// When the boot last showed a sign of life; a stage that is at work counts as one.
TimePoint Booting::last_sign(const Attachment& held, const Instance& body) const {
  const TimePoint begun = std::max(body.launch_time, held.since);
  const auto note = s_.memory.consoles.find(body.id);
  if (lacks(Cure::work_is_no_silence) || note == s_.memory.consoles.end()) return begun;
  return std::max(begun, note->second.changed_at.value_or(begun));
}

// While its console cannot be read, nobody knows that a body is silent; no stage takes longer than
// kStageMost, though.
bool Booting::is_silent(const Attachment& held, const Instance& body) const {
  const Duration quiet = s_.now - last_sign(held, body);
  if (quiet <= s_.machine.boot_limit) return false;
  const auto note = s_.memory.consoles.find(body.id);
  if (lacks(Cure::work_is_no_silence) || note == s_.memory.consoles.end()) return true;
  const Duration unread = s_.now - note->second.unread_since.value_or(s_.now);
  return quiet - unread > s_.machine.boot_limit || quiet > s_.machine.boot_limit + kStageMost;
}

Decision Booting::follow(const Root& root) const {
  const Instance& body = *root.holder;
  const BootReport boot = s_.bodies.boot_of(body);
  const bool entered = boot.stage == "enter" && boot.result == "ok";
  // A volume without our unit cannot print that it is up: then the probe must show it.
  const bool answers = entered && s_.bodies.answers(body) == true;
  const bool mute = boot.mute || !reports_root_up(s_.machine, root.volume);
  if (boot.root_up() || (mute && answers) || Swapping(s_).is_up(body)) {
    return s_.decide.act(Reason::booting, "the root is up on " + body.id.str(),
                         step::MarkRoot{body.id, RootMark::up});
  }
  if (boot.failed()) return fail(root, boot, body);
  if (auto denied = console_denied(s_.decide, s_.seen, body)) return std::move(*denied);
  if (is_silent(*root.held, body)) return time_out(root, boot, body);
  const std::string stage =
      boot.stage.empty() ? "the console shows nothing yet" : boot.stage + " " + boot.result;
  return s_.decide.wait(Reason::booting, body.id.str() + ": " + stage, kPollConsole);
}

Decision Booting::fail(const Root& root, const BootReport& boot, const Instance& body) const {
  auto other = root.unattended() ? std::nullopt : Swapping(s_).after(boot, root, body);
  return other ? std::move(*other) : boot_failed(s_.decide, boot, body);
}

// A body that answers may be at work although its console does not show it.
Decision Booting::time_out(const Root& root, const BootReport& boot, const Instance& body) const {
  const std::string text = body.id.str() + " has not brought the root up in " +
                           minutes_of(s_.machine.boot_limit) +
                           "; last stage: " + (boot.stage.empty() ? "none" : boot.stage);
  const bool give_up = s_.intent.by_watch && !root.unattended() &&
                       s_.bodies.answers(body) != true && attempt_of(body) <= kFailedBootsMost;
  if (!give_up) {
    return s_.decide.stuck(Reason::boot_timeout, Errc::timeout, text + "; see `console`");
  }
  if (!was_silent(body)) {
    return s_.decide.act(Reason::boot_timeout, text, step::MarkRoot{body.id, RootMark::silent});
  }
  return s_.decide.act(Reason::boot_timeout, text + "; the instance is terminated",
                       step::TerminateBody{body.id});
}

}  // namespace ec2spotter
