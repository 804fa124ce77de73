// `reap`: finds fleets that no machine needs any more, and with --yes removes them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "control/act/execute.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

struct Orphan {
  Machine machine;   // what its tags say of it
  Observation seen;  // the fleet, and its instances
  std::string why;
};

// Why the machine of this root does not need a fleet; empty: it needs one.
std::string unwanted_by(const Volume& root) {
  if (tag::value(root.tags, tag::kGoal) == to_string(Goal::paused)) return "its machine is paused";
  if (!tag::is_set(root.tags, tag::kUnattended)) return "its machine is supervised";
  return {};
}

// Why no machine needs this fleet; empty: a machine needs it. Where several volumes may be the
// root, one that needs it is enough.
std::string orphaned_by(const Fleet& fleet, const std::multimap<std::string, Volume>& roots) {
  std::string why = "its machine has no root volume";
  const auto [first, last] = roots.equal_range(tag::value(fleet.tags, tag::kMachine));
  for (auto root = first; root != last; ++root) {
    why = unwanted_by(root->second);
    if (why.empty()) break;
  }
  return why;
}

Result<std::vector<Orphan>> find_orphans(aws::Ec2& ec2, const OwnerId& owner) {
  TRY(auto volumes, ec2.describe_volumes({}, {tag_filter(tag::kOwner, owner.str()),
                                              tag_filter(tag::kRole, tag::kRoleRoot)}));
  leave_newest_roots(volumes);
  std::multimap<std::string, Volume> roots;
  for (const Volume& volume : volumes) {
    roots.emplace(tag::value(volume.tags, tag::kMachine), volume);
  }
  TRY(const auto fleets, ec2.describe_fleets());
  std::vector<Orphan> orphans;
  for (const Fleet& fleet : fleets) {
    if (tag::value(fleet.tags, tag::kOwner) != owner.str()) continue;
    std::string why = orphaned_by(fleet, roots);
    if (why.empty()) continue;
    Orphan orphan;
    orphan.machine.name = MachineName(tag::value(fleet.tags, tag::kMachine));
    orphan.machine.owner = owner;
    orphan.seen.fleets = {fleet};
    orphan.why = std::move(why);
    TRY(orphan.seen.bodies,
        ec2.describe_instances({}, {tag_filter(tag::kFleetId, fleet.id.str()),
                                    {"instance-state-name", {"pending", "running"}}}));
    orphans.push_back(std::move(orphan));
  }
  return orphans;
}

// Deletes the fleet first, or it would replace its instances. An instance that has the root stays.
Result<void> remove(const Orphan& orphan, aws::Ec2& ec2, TimePoint now) {
  const Fleet& fleet = orphan.seen.fleets.front();
  Memory memory;
  const auto carry_out = [&](const Step& step) {
    return execute(orphan.machine, step, orphan.seen, ec2, memory, now);
  };
  TRY_VOID(carry_out(step::DeleteFleet{fleet.id, fleet.launch_template}));
  const VolumeId root(tag::value(fleet.tags, tag::kBodyOf));
  for (const Instance& body : orphan.seen.bodies) {
    const bool has_root = std::any_of(body.block_devices.begin(), body.block_devices.end(),
                                      [&](const BlockDevice& disk) { return disk.volume == root; });
    if (has_root) continue;
    TRY_VOID(carry_out(step::TerminateBody{body.id, root}));
  }
  return {};
}

}  // namespace

Result<void> reap(const Common& common, const Reap& options) {
  TRY(auto session, Session::open(common, {}));
  const OwnerId owner = owner_of(common);
  TRY(const auto orphans, find_orphans(session->ec2(), owner));
  for (const Orphan& orphan : orphans) {
    fmt::print("{} of machine '{}': {}; {} instances\n", orphan.seen.fleets.front().id.str(),
               orphan.machine.name.str(), orphan.why, orphan.seen.bodies.size());
    if (!options.yes) continue;
    TRY_VOID(remove(orphan, session->ec2(), session->controls().clock.now()));
    fmt::print("the fleet is deleted; an instance that has the root stays\n");
  }
  if (orphans.empty()) {
    fmt::print("no fleet of owner '{}' can be deleted: their machines need them all\n",
               owner.str());
  }
  return {};
}

}  // namespace ec2spotter::cli
