#include "plan/held_root.hpp"

#include "plan/body/body_history.hpp"
#include "plan/body/booting.hpp"
#include "plan/body/health.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/hand_over.hpp"
#include "plan/limits.hpp"
#include "plan/ways/backups.hpp"
#include "plan/ways/data_disks.hpp"
#include "plan/ways/interface_keeping.hpp"
#include "plan/ways/moving.hpp"
#include "plan/ways/swapping.hpp"

namespace ec2spotter {
namespace {

bool has_answered(const Situation& s, const Instance& body) {
  const auto note = s.memory.probes.find(body.id);
  return note != s.memory.probes.end() && note->second.answered;
}

// Rule S8 holds for an unhealthy body too: its successor is launched first.
bool is_replaced_for(const Situation& s, const Root& root, const std::optional<Ailment>& ailment) {
  return ailment && ailment->sure && s.intent.by_watch && may_hand_over(s, root) &&
         s.machine.on_unhealthy == OnUnhealthy::replace && s.now - ailment->since >= kReplacedAfter;
}

Decision care_for(const Situation& s, const Root& root, const Ailment& ailment) {
  const Instance& body = *root.holder;
  const std::string what =
      body.id.str() + ": " + ailment.what + ", since " + format_iso8601(ailment.since);
  const auto restarted = s.memory.restarted.find(body.id);
  const bool lately =
      restarted != s.memory.restarted.end() && s.now - restarted->second < kRestartAgainAfter;
  const bool restart = ailment.sure && s.intent.by_watch && !root.unattended && !lately &&
                       s.machine.on_unhealthy == OnUnhealthy::restart;
  if (restart) return s.decide.act(Reason::restarting, what, step::RebootBody{body.id});
  return s.decide.wait(Reason::unhealthy, what + "; see `console`", kPollRest);
}

// There may have been no controller to mark an unattended instance: then its console counts, or
// that it answers, as the console keeps only the latest lines.
bool is_up(const Situation& s, const Root& root) {
  const Instance& body = *root.holder;
  const BootReport boot = s.bodies.boot_of(body);
  const bool answers = s.bodies.answers(body) == true && !boot.in_preboot();
  return came_up(body) || (root.unattended && (boot.root_up() || answers));
}

Decision follow_attachment(const Situation& s, const Root& root) {
  const Volume& volume = root.volume;
  const Attachment& held = *root.held;
  const Instance& body = *root.holder;
  const std::string where =
      volume.id.str() + " is " + std::string(to_string(held.state)) + " at " + body.id.str();
  const bool stuck = held.state == AttachmentState::attaching && held.since != TimePoint{} &&
                     s.now - held.since > kAttachLimit;
  if (!stuck) return s.decide.wait(Reason::waiting_for_attachment, where, kPollChange);
  return s.decide.act(
      Reason::attachment_stuck,
      where + " for " + minutes_of(s.now - held.since) + "; the instance is terminated",
      step::TerminateBody{body.id});
}

Decision move_address(const Situation& s, const Root& root) {
  const Instance& body = *root.holder;
  if (root.unattended) {
    return s.decide.wait(Reason::moving_address,
                         body.id.str() + " will take " + s.seen.address->public_ip, kPollConsole);
  }
  const NetworkInterface* kept = interface_of(s.seen, body);
  return s.decide.act(Reason::moving_address,
                      s.seen.address->public_ip + " moves to " + body.id.str(),
                      step::MoveAddress{.address = s.seen.address->id,
                                        .instance = body.id,
                                        .interface = kept ? kept->id : InterfaceId()});
}

Decision wait_for_service(const Situation& s, const Instance& body) {
  return s.decide.wait(Reason::waiting_for_service,
                       "no SSH server answers at " + host_of(body, s.seen) + " yet", kPollChange);
}

Decision up(const Situation& s, const Instance& body) {
  const std::string& at = host_of(body, s.seen);
  return s.decide.done(Reason::up, body.id.str() + " " +
                                       describe(Pool{body.type, body.zone, body.market}) +
                                       (at.empty() ? "" : " at " + at));
}

// Nullopt: the instance cannot be started any more.
std::optional<Decision> start_with_data(const Situation& s, const Root& root) {
  auto start = Swapping(s).start(root.volume, *root.holder);
  if (!start || start->steps.empty()) return start;
  const DataDisks data(s, root);
  if (auto trouble = data.trouble()) return trouble;
  if (auto first = data.give_to(*root.holder)) return first;
  return start;
}

// A stopped body is started if the root is its own root disk. Else it has no use for the volume:
// its guest has ended, so a plain detach is safe.
Decision go_on_stopped(const Situation& s, const Root& root) {
  const Volume& volume = root.volume;
  const Attachment& held = *root.held;
  const Instance& body = *root.holder;
  const bool in_place = is_for(body, Engine::swap) && held.device == body.root_device;
  if (in_place && held.state == AttachmentState::attaching) {
    return follow_attachment(s, root);
  }
  if (held.state != AttachmentState::attached) return wait_for_release(s, root);
  if (in_place) {
    if (auto step = start_with_data(s, root)) return std::move(*step);
  }
  return s.decide.act(Reason::releasing_body, body.id.str() + " is stopped",
                      step::DetachRoot{volume.id, body.id});
}

}  // namespace

Decision see_through(const Situation& s, const Root& root) {
  const Volume& volume = root.volume;
  const Attachment& held = *root.held;
  const Instance& body = *root.holder;
  if (body.state == InstanceState::stopping) return wait_for_release(s, root);
  if (body.state == InstanceState::stopped) return go_on_stopped(s, root);
  const auto ailment =
      came_up(body) ? ailment_of(s.machine, s.seen, s.memory, volume, body, s.now) : std::nullopt;
  const bool needs_successor = may_hand_over(s, root) && came_up(body) &&
                               (wants_successor(s, body) || is_replaced_for(s, root, ailment));
  const Instance* successor = find_successor(s, root, needs_successor);
  // A fleet's second body is there because EC2 sees the first one at risk.
  if (auto surplus =
          root.unattended ? std::nullopt : collect_all_but(s, volume, {&body, successor})) {
    return std::move(*surplus);
  }
  // EC2 may show `attaching` for a disk that the guest has long been using.
  const bool in_use = held.state == AttachmentState::attaching &&
                      (is_up(s, root) || s.bodies.boot_of(body).root_up());
  if (held.state != AttachmentState::attached && !in_use) {
    return follow_attachment(s, root);
  }
  if (!is_up(s, root)) return Booting(s).follow(root);
  if (auto refusal = check_address(s)) return std::move(*refusal);
  if (s.seen.address_unread) {
    return s.decide.wait(Reason::moving_address, "EC2 did not say where the address is",
                         kPollChange);
  }
  if (s.seen.address && s.seen.address->instance != body.id) return move_address(s, root);
  if (ailment && !is_replaced_for(s, root, ailment)) return care_for(s, root, *ailment);
  const bool missing = s.bodies.answers(body) == false && !has_answered(s, body);
  if (missing && !ailment) return wait_for_service(s, body);
  const DataDisks data(s, root);
  auto giving = data.give_to(body);
  if (giving && giving->progress == Decision::Progress::going) return std::move(*giving);
  // Another instance would not get them all: this one goes on.
  const auto trouble = giving ? giving : data.trouble();
  if (hands_over(s.intent) && !trouble && (needs_successor || successor != nullptr)) {
    if (auto step = hand_over(s, root, successor)) return std::move(*step);
  }
  if (ailment) return care_for(s, root, *ailment);
  if (auto left = Swapping(s).tidy()) return std::move(*left);
  if (auto left = InterfaceKeeping(s).tidy(root)) return std::move(*left);
  if (auto left = Moving(s).tidy(root)) return std::move(*left);
  if (s.intent.by_watch) {
    if (auto backup = keep_backups(s, root)) return std::move(*backup);
  }
  return trouble ? *trouble : up(s, body);
}

}  // namespace ec2spotter
