#include "plan/fleet_keeping.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/sha256.hpp"
#include "model/tags.hpp"
#include "plan/body_history.hpp"
#include "plan/pool_choice.hpp"
#include "plan/root_choice.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// EC2 shows a new fleet, and its instances, within this time.
constexpr Duration kFleetShown = 60s;

constexpr Duration kLook = 5s;

// A fleet may have many more, but more bring no gain.
constexpr std::size_t kPoolsMost = 40;

// Fields that may be empty still have a place of their own.
class Wish {
 public:
  Wish& operator<<(const std::string& text) {
    text_ += text + "\n";
    return *this;
  }
  Wish& operator<<(const std::vector<std::string>& texts) {
    for (const std::string& each : texts) text_ += each + ",";
    return *this << std::string();
  }
  Wish& operator<<(const Range& range) {
    return *this << std::to_string(range.least) + "-" +
                        (range.most ? std::to_string(*range.most) : std::string());
  }
  Wish& flag(bool value) { return *this << std::string(value ? "true" : "false"); }
  std::string digest() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

bool is_older(const Fleet& a, const Fleet& b) {
  return std::tie(a.created, a.id) < std::tie(b.created, b.id);
}

}  // namespace

bool is_unattended(const Machine& machine, const Volume& root) {
  return machine.unattended.value_or(tag::value(root.tags, tag::kUnattended) == "true");
}

std::string wish_of(const Machine& machine) {
  Wish wish;
  wish << machine.image << machine.types << machine.key_name << machine.security_groups
       << machine.subnet << machine.elastic_ip << machine.instance_name << machine.device
       << machine.max_price.value_or("") << machine.instance_profile << machine.guest_endpoint
       << std::string(to_string(machine.engine));
  for (const Market market : machine.markets) wish << std::string(to_string(market));
  if (machine.requirements) {
    wish << machine.requirements->vcpus << machine.requirements->memory_mib
         << std::string(to_string(machine.requirements->architecture))
         << machine.requirements->excluded;
  }
  return wish.flag(machine.adopt)
      .flag(machine.guest_helper)
      .flag(machine.fix_network)
      .flag(machine.capacity_rebalance)
      .digest();
}

std::optional<Decision> FleetKeeping::hindrance() const {
  if (!seen_.fleets.empty()) return std::nullopt;
  auto waiting = await_new_fleet();
  return waiting ? waiting : find_body_in_the_way();
}

std::optional<Decision> FleetKeeping::keep_one(const Volume& volume) const {
  if (seen_.fleets.empty()) return create(volume);
  const auto oldest = std::min_element(seen_.fleets.begin(), seen_.fleets.end(), is_older);
  for (const Fleet& fleet : seen_.fleets) {
    if (fleet.id != oldest->id) {
      return remove(fleet, oldest->id.str() + " is the machine's fleet already");
    }
  }
  // A machine that is known by its tags alone has no file to compare with.
  if (machine_.image.empty() || tag::value(oldest->tags, tag::kWish) == wish_of(machine_)) {
    return std::nullopt;
  }
  return decide_.stuck(Reason::fleet_differs, Errc::refused,
                       oldest->id.str() +
                           " was made before the machine file changed; `pause` the machine, then "
                           "launch it again, so that its next instances follow the file");
}

std::optional<Decision> FleetKeeping::remove_all(const Volume* volume) const {
  if (!seen_.fleets.empty()) {
    return remove(seen_.fleets.front(), "it must not launch another instance");
  }
  if (volume == nullptr) return std::nullopt;
  const auto asked_at = parse_iso8601(tag::value(volume->tags, tag::kFleetAskedAt));
  const bool hidden = asked_at && now_ - *asked_at < kFleetShown && *asked_at - now_ < kFleetShown;
  if (!hidden) return std::nullopt;
  return decide_.wait(Reason::deleting_fleet,
                      "a fleet was requested at " + format_iso8601(*asked_at) +
                          "; EC2 may not show it yet, and it must be deleted first",
                      kLook);
}

std::optional<Decision> FleetKeeping::await_new_fleet() const {
  const bool made = !memory_.fleet_made.empty() && now_ - memory_.fleet_made_at < kFleetShown;
  const auto launched = [&](const Instance& body) {
    return is_live(body) && !tag::value(body.tags, tag::kFleetId).empty() &&
           now_ - body.launch_time < kFleetShown;
  };
  const bool shown = std::any_of(seen_.bodies.begin(), seen_.bodies.end(), launched);
  if (!made && !shown) return std::nullopt;
  return decide_.wait(Reason::creating_fleet, "a fleet was created; EC2 does not show it yet",
                      kSoon);
}

// A fleet's own body would wait for the root in vain, and cost money.
std::optional<Decision> FleetKeeping::find_body_in_the_way() const {
  for (const Instance& body : seen_.bodies) {
    if (!is_live(body) || bodies_.is_doomed(body)) continue;
    return decide_.stuck(Reason::body_in_the_way, Errc::refused,
                         body.id.str() +
                             " runs already and does not belong to a fleet; `pause` the machine "
                             "first, then launch it unattended");
  }
  return std::nullopt;
}

Decision FleetKeeping::create(const Volume& volume) const {
  if (auto missing = check_types(machine_, seen_, volume.zone, decide_)) return *missing;
  if (seen_.address && tag::value(seen_.address->tags, tag::kMachine).empty()) {
    return decide_.act(Reason::adopting_address,
                       seen_.address->public_ip + " becomes the address of this machine",
                       step::AdoptAddress{seen_.address->id});
  }
  step::CreateFleet create{.volume = volume.id,
                           .pools = {},
                           .guest_files = guest_files_of(volume),
                           .wish = wish_of(machine_),
                           .client_token = {}};
  // Pools that EC2 has refused are left out; the fleet itself finds one with capacity.
  const PoolChoice choice = choose_pool(machine_, volume.zone, seen_, memory_, now_);
  if (choice.only_refused) {
    std::string text = "EC2 refuses every pool of this machine:";
    for (const Candidate& each : choice.candidates) {
      text += "\n  " + describe(each.pool) + ": " + each.why;
    }
    return decide_.stuck(Reason::launch_refused, *choice.only_refused, std::move(text));
  }
  std::string left_out;
  for (const Pool& pool : pools_of(machine_, seen_, volume.zone)) {
    const auto closed = memory_.closed_pools.find(pool);
    if (closed == memory_.closed_pools.end() || closed->second.until <= now_) {
      create.pools.push_back(pool);
    } else {
      left_out += "\n" + describe(pool);
    }
  }
  if (create.pools.size() > kPoolsMost) create.pools.resize(kPoolsMost);
  const Instance* last = newest_body(seen_);
  create.client_token =
      sha256_hex(machine_.owner.str() + "\n" + machine_.name.str() + "\n" + volume.id.str() + "\n" +
                 create.wish + "\n" + (last == nullptr ? "" : last->id.str()) + "\n" +
                 std::to_string(memory_.fleet_attempt) + left_out);
  std::string detail = "EC2 is asked to keep one instance running, from " +
                       std::to_string(create.pools.size()) + " pools in " + volume.zone;
  return decide_.act(Reason::creating_fleet, std::move(detail), std::move(create));
}

Decision FleetKeeping::remove(const Fleet& fleet, const std::string& why) const {
  return decide_.act(Reason::deleting_fleet, fleet.id.str() + ": " + why,
                     step::DeleteFleet{fleet.id, fleet.launch_template});
}

Decision FleetKeeping::await_body(const Volume& volume) const {
  const Instance* next = bodies_.next_body(nullptr, false);
  if (next == nullptr) {
    return decide_.wait(Reason::waiting_for_fleet,
                        seen_.fleets.front().id.str() + " has no instance for " + volume.id.str() +
                            " yet; it launches one as soon as a pool has room",
                        kLook);
  }
  if (next->state == InstanceState::pending) {
    return decide_.wait(Reason::waiting_for_body, next->id.str() + " is pending", kSoon);
  }
  const BootReport boot = bodies_.boot_of(*next);
  if (boot.failed()) return boot_failed(decide_, boot, *next);
  if (auto denied = console_denied(decide_, seen_, *next)) return std::move(*denied);
  return decide_.wait(
      Reason::waiting_for_attachment,
      next->id.str() + " will attach " + volume.id.str() + ": " +
          (boot.stage.empty() ? "its console shows nothing yet" : boot.stage + " " + boot.result),
      kConsole);
}

}  // namespace ec2spotter
