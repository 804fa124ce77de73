#include "plan/body/booting.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/loader_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "plan/ways/replacing.hpp"
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
  const bool mute = boot.mute || !reports_root_up(s_.machine, root.volume, body);
  const bool silent_way = Swapping(s_).is_up(body) || Replacing(s_).is_up(root);
  if (boot.root_up() || (mute && answers) || silent_way) {
    if (auto lesson = learn(root)) return std::move(*lesson);
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

// The engine that came up where the one before it did not is taken at once next time: a root that
// is silent with an engine costs `boot_limit` each time.
std::optional<Decision> Booting::learn(const Root& root) const {
  const Instance& body = *root.holder;
  const Engine engine = engine_of(body);
  const Tags& tags = root.volume.tags;
  const bool nothing_new = s_.machine.engine != Engine::automatic || root.unattended ||
                           engine == Engine::kexec || attempt_of(body) == 1 ||
                           tag::value(tags, tag::kEngine) == to_string(engine);
  if (nothing_new) return std::nullopt;
  const std::string known = tag::value(tags, tag::kEngineBecause);
  return s_.decide.act(
      Reason::choosing_engine,
      body.id.str() + " came up with " + std::string(to_string(engine)) +
          ", where the instance before it did not come up",
      step::ChooseEngine{.volume = root.volume.id,
                         .engine = engine,
                         .because = known.empty() ? std::string(tag::kSilent) : known});
}

Decision Booting::fail(const Root& root, const BootReport& boot, const Instance& body) const {
  auto other = root.unattended ? std::nullopt : after(boot, root, body);
  return other ? std::move(*other) : boot_failed(s_.decide, boot, body);
}

// What a boot program that has given up changes about the engine; nullopt: nothing.
std::optional<Decision> Booting::after(const BootReport& failure, const Root& root,
                                       const Instance& body) const {
  const Engine tried = engine_of(body);
  if (!has_boot_program(tried)) return std::nullopt;
  const std::string what = "the boot program cannot enter the root (" + failure.reason + ")";
  if (tried != root.engine.engine) {
    return s_.decide.act(Reason::choosing_engine,
                         what + "; " + body.id.str() + " is replaced by an instance with engine " +
                             std::string(to_string(root.engine.engine)),
                         step::TerminateBody{body.id});
  }
  const bool may_change =
      s_.machine.engine == Engine::automatic && is_helped_by_another_engine(failure.reason);
  return may_change ? go_on_after(failure, what, root, body) : std::nullopt;
}

// With the next engine; or, where only those are left that need the volume's own boot loader and
// the firmware of such instances does not find one, with what a person can do.
std::optional<Decision> Booting::go_on_after(const BootReport& failure, const std::string& what,
                                             const Root& root, const Instance& body) const {
  const Engine tried = engine_of(body);
  const bool lacks = lacks_loader(body, failure);
  const auto next =
      next_engine(tried, failure.reason, lacks ? OwnBoot::impossible : OwnBoot::possible);
  if (next) {
    const std::string also = lacks ? "; " + describe_lack(body, failure) : "";
    return s_.decide.act(Reason::choosing_engine,
                         what + also + "; the next instance has another engine",
                         step::ChooseEngine{root.volume.id, *next, failure.reason, body.id});
  }
  if (!lacks || !next_engine(tried, failure.reason)) return std::nullopt;
  return s_.decide.stuck(
      Reason::boot_failed, Errc::wrong_state,
      what + " on " + body.id.str() +
          ", and replace and swap cannot start it: " + describe_lack(body, failure) + "; " +
          cure_of_lack(body, failure) + ", then `pause` and `resume`");
}

// A body that answers may be at work although its console does not show it.
Decision Booting::time_out(const Root& root, const BootReport& boot, const Instance& body) const {
  const std::string text = body.id.str() + " has not brought the root up in " +
                           minutes_of(s_.machine.boot_limit) +
                           "; last stage: " + (boot.stage.empty() ? "none" : boot.stage);
  const bool give_up = s_.intent.by_watch && !root.unattended && s_.bodies.answers(body) != true &&
                       attempt_of(body) <= kFailedBootsMost;
  if (!give_up) {
    return s_.decide.stuck(Reason::boot_timeout, Errc::timeout, text + "; see `console`");
  }
  if (!was_silent(body)) {
    const bool lacks = has_boot_program(engine_of(body)) && lacks_loader(body, boot);
    return s_.decide.act(Reason::boot_timeout, text,
                         step::MarkRoot{body.id, RootMark::silent, lacks});
  }
  return s_.decide.act(Reason::boot_timeout, text + "; the instance is terminated",
                       step::TerminateBody{body.id});
}

}  // namespace ec2spotter
