#include "plan/body/body_history.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "model/decision.hpp"
#include "model/key_trouble.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

// EC2 accepted the launch and ended the body before its root was ever up. A body that was up and
// then lost its host says nothing about the next launch.
bool ended_at_once(const Instance& body, TimePoint now) {
  return has_ended(body) && !came_up(body) && now - body.launch_time <= kRefusalAge;
}

bool is_from(const Instance& body, const Pool& pool) {
  return body.type == pool.instance_type && body.zone == pool.zone && body.market == pool.market;
}

// The key is that of the image's disk.
std::string cure_of_key(KeyTrouble trouble, const Instance& body) {
  const bool of_fleet = body.tags.contains(std::string(tag::kFleetId));
  const KeyUser user = of_fleet                      ? KeyUser::fleet
                       : body.market == Market::spot ? KeyUser::spot
                                                     : KeyUser::caller;
  return "for the image's disk, " +
         describe(trouble, {.key = {}, .region = region_of_place(body.zone), .user = user}) +
         "; which key: `aws ec2 describe-images --image-ids " + body.image.str() +
         "` names the snapshot, and `aws ec2 describe-snapshots` its key; if it has none, `aws ec2 "
         "get-ebs-default-kms-key-id` names the account's";
}

bool is_refusal(std::string_view code) {
  return code == "Client.InternalError" || code == "Client.VolumeLimitExceeded" ||
         code.starts_with("Client.InvalidKMSKey") || code == "Client.InvalidSnapshot.NotFound";
}

}  // namespace

bool has_ended(const Instance& body) {
  return body.state == InstanceState::shutting_down || body.state == InstanceState::terminated;
}

bool came_up(const Instance& body) {
  return tag::value(body.tags, tag::kRoot) == to_string(RootMark::up);
}

const Instance* newest_body(const Observation& seen) {
  const auto newest = std::max_element(
      seen.bodies.begin(), seen.bodies.end(), [](const Instance& a, const Instance& b) {
        return std::tie(a.launch_time, a.id) < std::tie(b.launch_time, b.id);
      });
  return newest == seen.bodies.end() ? nullptr : &*newest;
}

int launches_lately(const Observation& seen, TimePoint now) {
  return static_cast<int>(
      std::count_if(seen.bodies.begin(), seen.bodies.end(),
                    [&](const Instance& body) { return now - body.launch_time < kHistory; }));
}

Engine engine_of(const Instance& body) {
  return parse_engine(tag::value(body.tags, tag::kEngine)).value_or(Engine::kexec);
}

bool is_for(const Instance& body, Engine engine) { return engine_of(body) == engine; }

bool may_have_root_task(const Instance& body) {
  return is_for(body, Engine::replace) && !has_ended(body) && !came_up(body);
}

bool waits_for(const Instance& body, const VolumeId& volume) {
  const std::string named = tag::value(body.tags, tag::kBodyOf);
  return named.empty() || named == tag::kToCome || named == volume.str();
}

bool waits_for_next(const Instance& body) {
  return tag::value(body.tags, tag::kBodyOf) == tag::kToCome;
}

bool was_silent(const Instance& body) {
  return tag::value(body.tags, tag::kRoot) == to_string(RootMark::silent);
}

int attempt_of(const Instance& body) {
  const std::string text = tag::value(body.tags, tag::kAttempt);
  int attempt = 1;
  std::from_chars(text.data(), text.data() + text.size(), attempt);
  return attempt;
}

bool never_came_up_lately(const Observation& seen, const Pool& pool, TimePoint now) {
  return std::any_of(seen.bodies.begin(), seen.bodies.end(), [&](const Instance& body) {
    return is_from(body, pool) && was_silent(body) && now - body.launch_time < kHistory;
  });
}

std::optional<std::string> refused_lately(const Observation& seen, const Pool& pool,
                                          TimePoint now) {
  for (const Instance& body : seen.bodies) {
    if (!is_from(body, pool) || !ended_at_once(body, now)) continue;
    if (body.state_reason_code == "Server.InsufficientInstanceCapacity" ||
        body.state_reason_code == "Server.InternalError") {
      return body.state_reason_code + ": " + body.state_reason_message;
    }
  }
  return std::nullopt;
}

std::optional<LaunchRefusal> launch_refusal(const Observation& seen, TimePoint now) {
  const Instance* newest = newest_body(seen);
  if (newest == nullptr || !ended_at_once(*newest, now) || !is_refusal(newest->state_reason_code)) {
    return std::nullopt;
  }
  const std::string what = "EC2 ended " + newest->id.str() +
                           " at once: " + newest->state_reason_code + ": " +
                           newest->state_reason_message + "; ";
  const std::string again = "; the launch is tried again after three minutes";
  if (const auto trouble =
          key_trouble_of(newest->state_reason_code, newest->state_reason_message)) {
    return LaunchRefusal{.what = what + cure_of_key(*trouble, *newest) + again, .for_key = true};
  }
  const bool limit = newest->state_reason_code == "Client.VolumeLimitExceeded";
  return LaunchRefusal{.what = what +
                               (limit ? "raise the account's EBS storage quota"
                                      : "EC2 cannot make the image's disk: name another image") +
                               again};
}

}  // namespace ec2spotter
