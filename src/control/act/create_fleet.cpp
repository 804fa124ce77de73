#include "control/act/create_fleet.hpp"

#include <utility>

#include "base/sha256.hpp"
#include "control/act/body_spec.hpp"
#include "control/act/launch_bodies.hpp"
#include "control/tags/ownership.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

constexpr std::size_t kDigestShown = 16;

Tags names_of(const Machine& machine, const step::CreateFleet& step) {
  Tags names = ownership_tags(machine);
  names[std::string(tag::kRole)] = tag::kRoleFleet;
  names[std::string(tag::kBodyOf)] = step.volume.str();
  names[std::string(tag::kMadeFrom)] = step.made_from;
  return names;
}

// Its name is a digest of its content, so that a template of that name is the right one.
std::string template_name(const Machine& machine, const aws::RunInstancesSpec& spec) {
  std::string content = spec.image.str() + spec.key_name + spec.instance_profile + spec.user_data;
  for (const GroupId& group : spec.security_groups) content += group.str();
  for (const auto& [key, value] : spec.instance_tags) content += key + value;
  return "ec2spotter-" + machine.name.str() + "-" + sha256_hex(content).substr(0, kDigestShown);
}

bool is_part_of_type(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// Does the text name this type, and not only one whose name contains it?
bool names_type(std::string_view text, std::string_view type) {
  for (std::size_t at = text.find(type); at != std::string_view::npos;
       at = text.find(type, at + 1)) {
    const std::size_t end = at + type.size();
    const bool begins = at == 0 || (!is_part_of_type(text[at - 1]) && text[at - 1] != '.');
    if (begins && (end == text.size() || !is_part_of_type(text[end]))) return true;
  }
  return false;
}

// A type that EC2 refuses must not stop the fleet from using the others: EC2's text names it.
bool close_named_pools(const std::vector<Pool>& pools, const Error& error, Memory& memory,
                       TimePoint now) {
  bool any = false;
  for (const Pool& pool : pools) {
    if (!names_type(error.message, pool.instance_type)) continue;
    any = close_pool(memory, pool, error, now) || any;
  }
  return any;
}

}  // namespace

Result<void> create_fleet(const Machine& machine, const step::CreateFleet& step,
                          const Observation& seen, aws::Ec2& ec2, Memory& memory, TimePoint now) {
  const step::LaunchBody body{.pool = step.pools.front(),
                              .volume = step.volume,
                              .engine = machine.engine,
                              .guest_files = step.guest_files,
                              .client_token = {}};
  const OwnAttaching own_attaching{.address = seen.address ? seen.address->id : AllocationId(),
                                   .endpoint = machine.guest_endpoint,
                                   .data = step.data};
  TRY(auto launch, body_spec({{&machine, &body, &memory}}, ec2, own_attaching));
  // The fleet itself handles these.
  const auto subnet = std::exchange(launch.subnet, std::nullopt);
  const auto max_price = std::exchange(launch.max_price, std::nullopt);
  launch.client_token.clear();
  const Tags names = names_of(machine, step);
  const std::string name = template_name(machine, launch);
  auto made =
      ec2.create_launch_template({.name = name, .launch = std::move(launch), .tags = names});
  if (!made && made.error().code != Errc::already_done) return made;
  // Before the call, so that whoever pauses the machine waits for a fleet that may be on its way.
  TRY_VOID(ec2.create_tags({step.volume.str()},
                           {{std::string(tag::kFleetAskedAt), format_iso8601(now)}}));
  const auto fleet = ec2.create_fleet({.launch_template = name,
                                       .pools = step.pools,
                                       .subnet = subnet,
                                       .max_price = max_price,
                                       .replace_at_risk = machine.capacity_rebalance,
                                       .client_token = step.client_token,
                                       .tags = names});
  if (!fleet) {
    if (close_named_pools(step.pools, fleet.error(), memory, now)) return {};
    return fail(fleet.error());
  }
  // For a token of a fleet that has ended, EC2 returns that fleet again.
  if (*fleet == memory.fleet_made) ++memory.fleet_attempt;
  memory.fleet_made = *fleet;
  memory.fleet_made_at = now;
  return {};
}

}  // namespace ec2spotter
