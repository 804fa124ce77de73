#include "plan/ways/fleet_keeping.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/sha256.hpp"
#include "model/key_trouble.hpp"
#include "model/launch_shape.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/pool_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

bool is_older(const Fleet& a, const Fleet& b) {
  return std::tie(a.created, a.id) < std::tie(b.created, b.id);
}

}  // namespace

std::optional<Decision> FleetKeeping::hindrance() const {
  if (s_.machine.keeps_private_ip) {
    return s_.decide.stuck(Reason::launch_refused, Errc::invalid,
                           "a fleet launches no instance on a network interface that is kept; "
                           "remove private_ip from the machine file, or `launch --supervised`");
  }
  if (!s_.seen.fleets.empty()) return std::nullopt;
  auto waiting = await_new_fleet();
  return waiting ? waiting : find_body_in_the_way();
}

std::optional<Decision> FleetKeeping::keep_one(const Volume& volume) const {
  if (s_.seen.fleets.empty()) return create(volume);
  const auto oldest = std::min_element(s_.seen.fleets.begin(), s_.seen.fleets.end(), is_older);
  for (const Fleet& fleet : s_.seen.fleets) {
    if (fleet.id != oldest->id) {
      return remove(fleet, oldest->id.str() + " is the machine's fleet already");
    }
  }
  // A machine that is known by its tags alone has no file to compare with.
  if (s_.machine.image.empty() ||
      tag::value(oldest->tags, tag::kMadeFrom) == fleet_fingerprint(s_.machine)) {
    return std::nullopt;
  }
  return s_.decide.stuck(Reason::fleet_differs, Errc::refused,
                         oldest->id.str() +
                             " was made before the machine file changed; `pause` the machine, then "
                             "launch it again, so that its next instances follow the file");
}

std::optional<Decision> FleetKeeping::remove_all(const Volume* volume) const {
  if (!s_.seen.fleets.empty()) {
    return remove(s_.seen.fleets.front(), "it must not launch another instance");
  }
  if (volume == nullptr) return std::nullopt;
  const auto asked_at = parse_iso8601(tag::value(volume->tags, tag::kFleetAskedAt));
  const bool hidden =
      asked_at && s_.now - *asked_at < kFleetShown && *asked_at - s_.now < kFleetShown;
  if (!hidden) return std::nullopt;
  return s_.decide.wait(Reason::deleting_fleet,
                        "a fleet was requested at " + format_iso8601(*asked_at) +
                            "; EC2 may not show it yet, and it must be deleted first",
                        kPollFleet);
}

std::optional<Decision> FleetKeeping::await_new_fleet() const {
  const bool made = !s_.memory.fleet_made.empty() && s_.now - s_.memory.fleet_made_at < kFleetShown;
  const auto launched = [&](const Instance& body) {
    return is_live(body) && !tag::value(body.tags, tag::kFleetId).empty() &&
           s_.now - body.launch_time < kFleetShown;
  };
  const bool shown = std::any_of(s_.seen.bodies.begin(), s_.seen.bodies.end(), launched);
  if (!made && !shown) return std::nullopt;
  return s_.decide.wait(Reason::creating_fleet, "a fleet was created; EC2 does not show it yet",
                        kPollChange);
}

// A fleet's own body would wait for the root in vain, and cost money.
std::optional<Decision> FleetKeeping::find_body_in_the_way() const {
  for (const Instance& body : s_.seen.bodies) {
    if (!is_live(body) || s_.bodies.is_doomed(body)) continue;
    return s_.decide.stuck(Reason::body_in_the_way, Errc::refused,
                           body.id.str() +
                               " runs already and does not belong to a fleet; `pause` the machine "
                               "first, then launch it unattended");
  }
  return std::nullopt;
}

Decision FleetKeeping::create(const Volume& volume) const {
  if (auto missing = check_types(s_.machine, s_.seen, volume.zone, s_.decide)) return *missing;
  if (s_.seen.address && tag::value(s_.seen.address->tags, tag::kMachine).empty()) {
    return s_.decide.act(Reason::adopting_address,
                         s_.seen.address->public_ip + " becomes the address of this machine",
                         step::AdoptAddress{s_.seen.address->id});
  }
  step::CreateFleet create{.volume = volume.id,
                           .pools = {},
                           .guest_files = guest_files_of(volume),
                           .data = {},
                           .made_from = fleet_fingerprint(s_.machine),
                           .client_token = {}};
  std::string data;
  for (const DataDisk& disk : choose_data(s_.machine, s_.seen, volume, s_.now)) {
    if (disk.trouble) return *disk.trouble;
    create.data.push_back({disk.volume->id, disk.wanted->device});
    data += "\n" + disk.volume->id.str();
  }
  // Pools that EC2 has refused are left out; the fleet itself finds one with capacity.
  const PoolChoice choice = choose_pool(s_.machine, volume.zone, s_.seen, s_.memory, s_.now);
  if (choice.only_refused) {
    std::string text = "EC2 refuses every pool of this machine:";
    for (const Candidate& each : choice.candidates) {
      text += "\n  " + describe(each.pool) + ": " + each.why;
    }
    return s_.decide.stuck(Reason::launch_refused, *choice.only_refused, std::move(text));
  }
  std::string left_out;
  for (const Pool& pool : pools_of(s_.machine, s_.seen, volume.zone)) {
    const auto closed = s_.memory.closed_pools.find(pool);
    if (closed == s_.memory.closed_pools.end() || closed->second.until <= s_.now) {
      create.pools.push_back(pool);
    } else {
      left_out += "\n" + describe(pool);
    }
  }
  if (create.pools.size() > kFleetPoolsMost) create.pools.resize(kFleetPoolsMost);
  const Instance* last = newest_body(s_.seen);
  create.client_token =
      sha256_hex(s_.machine.owner.str() + "\n" + s_.machine.name.str() + "\n" + volume.id.str() +
                 "\n" + create.made_from + "\n" + (last == nullptr ? "" : last->id.str()) + "\n" +
                 std::to_string(s_.memory.fleet_attempt) + left_out + data);
  std::string detail = "EC2 is asked to keep one instance running, from " +
                       std::to_string(create.pools.size()) + " pools in " + volume.zone;
  return s_.decide.act(Reason::creating_fleet, std::move(detail), std::move(create));
}

Decision FleetKeeping::remove(const Fleet& fleet, const std::string& why) const {
  return s_.decide.act(Reason::deleting_fleet, fleet.id.str() + ": " + why,
                       step::DeleteFleet{fleet.id, fleet.launch_template});
}

Decision FleetKeeping::await_body(const Volume& volume) const {
  const Instance* next = s_.bodies.next_body(
      nullptr, {.volume = volume.id, .zone = volume.zone, .engine = Engine::automatic});
  if (next == nullptr) {
    const auto refusal = launch_refusal(s_.seen, s_.now);
    if (refusal && refusal->for_key) {
      return s_.decide.stuck(Reason::key_refused, Errc::unauthorized, refusal->what);
    }
    return s_.decide.wait(Reason::waiting_for_fleet,
                          s_.seen.fleets.front().id.str() + " has no instance for " +
                              volume.id.str() + " yet; it launches one as soon as a pool has room",
                          kPollFleet);
  }
  if (next->state == InstanceState::pending) {
    return s_.decide.wait(Reason::waiting_for_body, next->id.str() + " is pending", kPollChange);
  }
  const BootReport boot = s_.bodies.boot_of(*next);
  if (const auto trouble = key_trouble_of(boot.reason, "")) {
    return s_.decide.stuck(Reason::key_refused, Errc::unauthorized,
                           next->id.str() + " may not attach " + volume.id.str() + " (" +
                               boot.reason + "): " +
                               describe(*trouble, {.key = volume.kms_key,
                                                   .region = region_of_place(volume.zone),
                                                   .user = KeyUser::instance_role}));
  }
  if (boot.failed()) return boot_failed(s_.decide, boot, *next);
  if (auto denied = console_denied(s_.decide, s_.seen, *next)) return std::move(*denied);
  return s_.decide.wait(
      Reason::waiting_for_attachment,
      next->id.str() + " will attach " + volume.id.str() + ": " +
          (boot.stage.empty() ? "its console shows nothing yet" : boot.stage + " " + boot.result),
      kPollConsole);
}

}  // namespace ec2spotter
