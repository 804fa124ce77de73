#include "control/observe/belongings/abroad.hpp"

#include <algorithm>

#include "control/tags/tag_filter.hpp"
#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/ways/region_move.hpp"

namespace ec2spotter {
namespace {

bool is_over(const Volume& departed, const Machine& machine, TimePoint now) {
  const auto since = parse_iso8601(tag::value(departed.tags, tag::kRetiredAt));
  return since && now - *since >= machine.keep_retired &&
         tag::value(departed.tags, tag::kLeftovers) == tag::kGone;
}

// The region to ask; empty: none.
std::string region_wanted(const Machine& machine, const Observation& seen, TimePoint now) {
  // Nearly all machines end here, at each turn of a watch.
  const bool any = std::any_of(seen.volumes.begin(), seen.volumes.end(), [](const Volume& volume) {
    return !region_left_for(volume).empty();
  });
  if (!any) return {};
  if (const Volume* departed = departed_root(machine, seen.volumes)) {
    return is_over(*departed, machine, now) ? region_left_for(*departed) : std::string();
  }
  const Volume* root = choose_root(machine, seen, now).volume;
  if (root == nullptr) return {};
  const bool asked = order_of(*root) || tag::value(root->tags, tag::kLeftovers) == tag::kKept;
  return asked ? region_left_for(*root) : std::string();
}

Result<Abroad> read(const Machine& machine, const std::string& region, aws::Ec2& ec2) {
  TRY(aws::Ec2 * there, ec2.in_region(region));
  const std::vector<aws::Filter> ours{tag_filter(tag::kOwner, machine.owner.str()),
                                      tag_filter(tag::kMachine, machine.name.str())};
  Abroad found;
  TRY(found.volumes, there->describe_volumes({}, ours));
  TRY(found.snapshots, there->describe_snapshots(ours));
  return found;
}

}  // namespace

void look_abroad(const Machine& machine, aws::Ec2& ec2, TimePoint now, Observation& seen) {
  const std::string region = region_wanted(machine, seen, now);
  if (!region.empty()) seen.abroad = read(machine, region, ec2);
}

}  // namespace ec2spotter
