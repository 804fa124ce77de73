#include "plan/ways/interface_keeping.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/common_steps.hpp"

namespace ec2spotter {
namespace {

bool has_id(const Observation& seen, const std::string& id) {
  return std::any_of(seen.interfaces.begin(), seen.interfaces.end(),
                     [&](const NetworkInterface& each) { return each.id.str() == id; });
}

// A machine that is known by its tags alone has no file that could say so.
bool gives_up(const Situation& s) {
  const bool wished = s.machine.ends || !s.machine.image.empty();
  return !s.machine.keeps_private_ip && wished && !s.seen.interfaces_unread;
}

}  // namespace

Decision InterfaceKeeping::wait(const std::string& what, Duration for_long) const {
  return s_.decide.wait(Reason::waiting_for_interface, what, for_long);
}

// EC2 may show late what is there, and to whom it belongs: nobody is called before that time.
Decision InterfaceKeeping::wait_or_tell(Reason reason, const std::string& what,
                                        const std::string& cure) const {
  if (!s_.waits_too_long(Reason::waiting_for_interface, reason, kInterfaceShown)) {
    return wait(what);
  }
  return s_.decide.stuck(reason, Errc::refused, what + "; " + cure);
}

// Somebody else has deleted it: the address is not ours any more.
bool InterfaceKeeping::is_lost(const Root& root) const {
  const InterfaceId recorded = recorded_interface(root.volume);
  return !recorded.empty() && root.zone == root.volume.zone && !has_id(s_.seen, recorded.str());
}

Decision InterfaceKeeping::make(const Root& root) const {
  if (is_lost(root)) {
    return wait_or_tell(Reason::interface_missing,
                        recorded_interface(root.volume).str() +
                            ", the network interface that this machine keeps, does not exist any "
                            "more, and its private address with it",
                        "to give the machine another one, remove the tag " +
                            std::string(tag::kInterface) + " from " + root.volume.id.str());
  }
  const Made& made = s_.memory.interface_made;
  const bool lately = !made.id.empty() && s_.now - made.at < kStorageShown;
  if (lately && !has_id(s_.seen, made.id)) return wait("EC2 does not show " + made.id + " yet");
  const Instance* last = newest_body(s_.seen);
  const std::string token =
      sha256_hex(s_.machine.owner.str() + "\n" + s_.machine.name.str() + "\n" +
                 root.volume.id.str() + "\n" + root.zone + "\n" + s_.machine.subnet + "\n" +
                 (last ? last->id.str() : "") + "\n" + std::to_string(s_.memory.interface_attempt));
  return s_.decide.act(Reason::making_interface,
                       "the machine gets a network interface in " + root.zone + " to keep",
                       step::MakeInterface{root.volume.id, root.zone, token});
}

std::optional<Decision> InterfaceKeeping::prepare(const Root& root) const {
  if (!s_.machine.keeps_private_ip) return std::nullopt;
  if (s_.seen.interfaces_unread) return wait("EC2 did not say which network interface is kept");
  const NetworkInterface* kept = choose_interface(s_.seen, root.volume, root.zone);
  if (kept == nullptr || is_lost(root)) return make(root);
  if (!kept->is_free()) return await_free(root, *kept);
  return record(root);
}

InterfaceId InterfaceKeeping::for_next(const Root& root) const {
  if (!s_.machine.keeps_private_ip) return {};
  const NetworkInterface* kept = choose_interface(s_.seen, root.volume, root.zone);
  return kept == nullptr ? InterfaceId() : kept->id;
}

Decision InterfaceKeeping::await_free(const Root& root, const NetworkInterface& kept) const {
  const Instance* body = s_.bodies.find_body(kept.instance);
  if (body != nullptr) return leave(root, kept, *body);
  if (kept.instance.empty()) return wait(describe(kept) + " is " + kept.status);
  return wait_or_tell(Reason::interface_in_use_elsewhere,
                      describe(kept) + " is at " + kept.instance.str() +
                          ", which is not an instance of this machine",
                      "detach it there, or terminate that instance if it is its primary one");
}

// The primary interface of an instance is free when the instance has ended, not before.
Decision InterfaceKeeping::leave(const Root& root, const NetworkInterface& kept,
                                 const Instance& body) const {
  const std::string where = describe(kept) + " is at " + body.id.str() + " (" +
                            std::string(to_string(body.state)) +
                            "), and the next instance is launched on it";
  if (has_ended(body) || s_.bodies.task_of(body) != nullptr) return wait(where);
  if (was_sent_lately(s_.memory.terminate_sent, body.id, s_.now)) return wait(where);
  if (&body != root.holder) {
    if (shows(body, root.volume.id)) return wait(where);
    return s_.decide.act(Reason::collecting_body,
                         body.id.str() + " has no root, and has " + describe(kept) +
                             ", on which the next instance is launched",
                         step::TerminateBody{body.id, root.volume.id});
  }
  // A person has ordered another root in the same zone: the machine must be left for that.
  const bool ordered = root.order && root.zone == root.volume.zone && is_live(body);
  // Spot takes it: the notice is used to its end unless the user wants it otherwise.
  const bool releases = s_.machine.release_on_notice && is_live(body) && s_.bodies.is_doomed(body);
  if (!ordered && !releases) return wait(where, kPollEnding);
  return s_.decide.act(
      Reason::releasing_body,
      body.id.str() + (ordered ? " gives the root up, and has " : " is under notice, and has ") +
          describe(kept) + ", on which the next instance is launched",
      step::TerminateBody{body.id});
}

// The root names the interface, so that every controller means the same one.
std::optional<Decision> InterfaceKeeping::record(const Root& root) const {
  if (root.order) return std::nullopt;
  const NetworkInterface* kept = choose_interface(s_.seen, root.volume, root.zone);
  if (kept == nullptr || recorded_interface(root.volume) == kept->id) return std::nullopt;
  return s_.decide.act(Reason::making_interface, describe(*kept) + " is the one that is kept",
                       step::RecordInterface{root.volume.id, kept->id});
}

std::optional<Decision> InterfaceKeeping::delete_surplus(const InterfaceId& kept) const {
  for (const NetworkInterface& each : s_.seen.interfaces) {
    if (each.id == kept || !each.is_free()) continue;
    return s_.decide.act(Reason::tidying_up,
                         describe(each) + " in " + each.zone + " is not used any more",
                         step::DeleteInterface{each.id});
  }
  return std::nullopt;
}

// Until then each look asks EC2 for interfaces; one that was just made may not be shown yet.
std::optional<Decision> InterfaceKeeping::forget(const Root& root, Reason rest) const {
  const std::string recorded = tag::value(root.volume.tags, tag::kInterface);
  const bool left = recorded.empty() || recorded == tag::kGone;
  if (left || !s_.seen.interfaces.empty() || s_.stood_for(rest) < kInterfaceShown) {
    return std::nullopt;
  }
  return s_.decide.act(Reason::tidying_up, "the machine keeps no network interface any more",
                       step::RecordInterface{root.volume.id, InterfaceId()});
}

std::optional<Decision> InterfaceKeeping::tidy(const Root& root) const {
  if (s_.machine.keeps_private_ip && !s_.seen.interfaces_unread) {
    if (auto recorded = record(root)) return recorded;
    const NetworkInterface* kept = choose_interface(s_.seen, root.volume, root.zone);
    return kept == nullptr ? std::nullopt : delete_surplus(kept->id);
  }
  if (!gives_up(s_)) return std::nullopt;
  if (auto surplus = delete_surplus(InterfaceId())) return surplus;
  return forget(root, Reason::up);
}

std::optional<Decision> InterfaceKeeping::tidy_at_rest(const Root& root) const {
  if (!gives_up(s_)) return std::nullopt;
  if (auto surplus = delete_surplus(InterfaceId())) return surplus;
  for (const NetworkInterface& each : s_.seen.interfaces) {
    const Instance* body = s_.bodies.find_body(each.instance);
    if (body == nullptr) continue;
    return wait(describe(each) + " is deleted when " + body->id.str() + " has ended");
  }
  return forget(root, Reason::paused);
}

}  // namespace ec2spotter
