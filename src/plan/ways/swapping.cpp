#include "plan/ways/swapping.hpp"

#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/key_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {

std::optional<Decision> Swapping::prepare(const Instance& next) const {
  auto missing = swap_stopped(next);
  if (!missing || s_.now - next.launch_time <= kSwapLimit) return missing;
  return s_.decide.act(Reason::collecting_body,
                       next.id.str() + " could not be made ready: " + missing->detail,
                       step::TerminateBody{next.id});
}

std::optional<Decision> Swapping::swap_stopped(const Instance& body) const {
  switch (body.state) {
    case InstanceState::pending:
      return s_.decide.wait(Reason::waiting_for_body, body.id.str() + " is pending", kPollChange);
    case InstanceState::running:
      return s_.decide.act(Reason::swapping_root,
                           body.id.str() + " is stopped, to get the root as its root disk",
                           step::StopBody{body.id});
    case InstanceState::stopped: break;
    default: return wait(body, "it is " + std::string(to_string(body.state)));
  }
  if (auto early = wait_for_request(body)) return early;
  const BlockDevice* disk = root_disk(body);
  if (disk == nullptr) return std::nullopt;
  if (disk->state != AttachmentState::attached)
    return wait(body, "its image's disk is being detached");
  return s_.decide.act(Reason::swapping_root, body.id.str() + " gives up its image's disk",
                       step::DetachImageDisk{disk->volume, body.id});
}

std::optional<Decision> Swapping::start(const Volume& root, const Instance& body) const {
  if (was_interrupted(s_.seen, body) || was_silent(body)) return std::nullopt;
  if (auto early = wait_for_request(body)) return early;
  const auto refused = stopped_for_key(root, body);
  if (refused && was_tried_lately(body)) {
    return s_.decide.stuck(Reason::key_refused, Errc::unauthorized, *refused);
  }
  return s_.decide.act(
      refused ? Reason::key_refused : Reason::swapping_root,
      (refused ? *refused + "; it is tried again: " : "") + body.id.str() + " boots from " +
          root.id.str(),
      step::StartBody{
          .instance = body.id, .pool = {body.type, body.zone, body.market}, .volume = root.id});
}

// A command tries once, a watch now and then.
bool Swapping::was_tried_lately(const Instance& body) const {
  const auto tried = s_.memory.attach_sent.find(body.id);
  return tried != s_.memory.attach_sent.end() &&
         (!s_.intent.by_watch || s_.now - tried->second < kKeyTriedEvery);
}

bool Swapping::is_up(const Instance& body) const {
  return is_for(body, Engine::swap) && body.state == InstanceState::running &&
         s_.bodies.answers(body).value_or(true);
}

// A Spot instance may be started when its request, too, says that we have stopped it.
std::optional<Decision> Swapping::wait_for_request(const Instance& body) const {
  if (body.market != Market::spot) return std::nullopt;
  for (const SpotRequest& request : s_.seen.requests) {
    const bool stopped = request.status == SpotStatus::stopped_by_user;
    if (request.instance == body.id && stopped) return std::nullopt;
  }
  return wait(body, "its Spot request does not say yet that it is stopped");
}

Decision Swapping::wait(const Instance& body, const std::string& what) const {
  return s_.decide.wait(Reason::swapping_root, body.id.str() + ": " + what, kPollChange);
}

std::optional<Decision> Swapping::tidy() const {
  for (const SpotRequest& request : s_.seen.requests) {
    if (tag::value(request.tags, tag::kEngine) != to_string(Engine::swap)) continue;
    const Instance* body = s_.bodies.find_body(request.instance);
    if (request.state == "active" && body == nullptr && !request.instance.empty()) {
      return s_.decide.act(Reason::adopting_body,
                           request.id.str() + " has launched " + request.instance.str() +
                               " by itself, after the former instance ended",
                           step::AdoptBody{request.instance, request.id});
    }
    if (request.state != "open" || (body != nullptr && is_live(*body))) continue;
    return s_.decide.act(Reason::cancelling_request,
                         request.id.str() + " would launch another instance by itself",
                         step::CancelRequest{request.id});
  }
  for (const Instance& body : s_.seen.bodies) {
    const std::string disk = tag::value(body.tags, tag::kImageDisk);
    if (disk.empty() || disk == tag::kGone || shows(body, VolumeId(disk))) continue;
    return s_.decide.act(Reason::collecting_disk,
                         disk + " was the image's disk of " + body.id.str(),
                         step::DeleteImageDisk{VolumeId(disk), body.id});
  }
  return std::nullopt;
}

}  // namespace ec2spotter
