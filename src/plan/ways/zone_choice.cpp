#include "plan/ways/zone_choice.hpp"

#include <algorithm>

#include "plan/choice/data_choice.hpp"
#include "plan/choice/pool_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

std::string seconds_of(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

// How long EC2 needs for a snapshot now: it stores what has changed since the one before it.
Duration snapshot_time(const Volume& root, const std::vector<Snapshot>& snapshots, TimePoint now) {
  double changed_gib = root.size_gib;
  for (const Snapshot& snapshot : snapshots) {
    if (snapshot.volume != root.id || snapshot.state != SnapshotState::completed) continue;
    const std::chrono::duration<double, std::ratio<3600>> age = now - snapshot.started;
    changed_gib = std::min(changed_gib, root.size_gib * kChangedInAnHour * age.count());
  }
  return kSnapshotLeast + std::chrono::duration_cast<Duration>(kSnapshotOfGib * changed_gib);
}

}  // namespace

std::vector<std::string> other_zones(const Machine& machine, const Observation& seen,
                                     const std::string& own) {
  const auto& wished = machine.zones;
  const bool any = std::find(wished.begin(), wished.end(), kAnyZone) != wished.end();
  std::vector<std::string> zones;
  for (const std::string& zone : any ? seen.zones : wished) {
    const bool open = std::find(seen.zones.begin(), seen.zones.end(), zone) != seen.zones.end();
    if (open && zone != own) zones.push_back(zone);
  }
  return zones;
}

Duration ZoneChoice::waited() const {
  return s_.now - s_.memory.spot_missing_since.value_or(s_.now);
}

// Nobody knows when capacity returns: it is expected to stay away for as long as it has, and at
// least until a closed pool is asked again.
Duration ZoneChoice::staying() const { return std::max(kClosedPoolLifetime, waited()); }

Duration ZoneChoice::moving() const {
  Duration longest = snapshot_time(root_.volume, s_.seen.snapshots, s_.now);
  for (const DataDisk& disk : choose_data(s_.machine, s_.seen, root_.volume, s_.now)) {
    if (disk.volume == nullptr) continue;
    longest = std::max(longest, snapshot_time(*disk.volume, s_.seen.snapshots, s_.now));
  }
  return longest + kVolumeCreated;
}

std::vector<ZoneSum> ZoneChoice::sums() const {
  std::vector<ZoneSum> sums{
      {.zone = root_.zone,
       .time = staying(),
       .why = "without capacity for " + seconds_of(waited()) + ", and perhaps for as long again"}};
  std::vector<std::optional<Pool>> taken{std::nullopt};
  for (const std::string& zone : other_zones(s_.machine, s_.seen, root_.zone)) {
    const PoolChoice pools = choose_pool(s_.machine, zone, s_.seen, s_.memory, s_.now);
    const bool is_there = zone == root_.volume.zone;
    ZoneSum sum{.zone = zone, .time = is_there ? Duration::zero() : moving(), .why = {}};
    if (pools.taken) {
      sum.why = is_there ? "the root is there: " : "snapshot and volume; then ";
      sum.why += describe(*pools.taken);
    } else {
      sum.time = Duration::max();
      sum.why = pools.candidates.empty() ? "the machine has no pool there"
                                         : "no open pool: " + pools.candidates.front().why;
    }
    sums.push_back(std::move(sum));
    taken.push_back(pools.taken);
  }
  // Of zones with equal times, the one with the better pool; else the first one of the file.
  std::size_t best = 0;
  for (std::size_t i = 1; i < sums.size(); ++i) {
    const bool better = sums[i].time == sums[best].time && taken[i] && taken[best] &&
                        is_better(*taken[i], *taken[best], s_.machine, s_.seen, s_.memory, s_.now);
    if (sums[i].time < sums[best].time || better) best = i;
  }
  sums[best].taken = true;
  return sums;
}

// A command follows the order that a person gave; a former root stays where it is; and a machine
// that works can wait.
bool ZoneChoice::may_change_order() const {
  const bool works =
      root_.holder != nullptr && is_live(*root_.holder) && !s_.bodies.is_doomed(*root_.holder);
  return s_.intent.by_watch && root_.order->back_to.empty() && !works;
}

std::optional<Decision> ZoneChoice::leave(const std::vector<ZoneSum>& sums) const {
  if (root_.order && !may_change_order()) return std::nullopt;
  if (waited() < *s_.machine.move_after) return std::nullopt;
  const auto best =
      std::find_if(sums.begin(), sums.end(), [](const ZoneSum& sum) { return sum.taken; });
  if (best->zone == root_.zone) return std::nullopt;
  if (best->zone == root_.volume.zone && !root_.order->restores()) {
    return s_.decide.act(Reason::moving_root,
                         root_.zone + " has no capacity, and " + best->zone +
                             ", where the root is, has some again; the root stays",
                         step::CancelMove{root_.volume.id, root_.order->generation});
  }
  const MoveOrder order{.generation = generation_of(root_.volume) + 1,
                        .zone = best->zone,
                        .since = root_.order ? root_.order->since : s_.now,
                        .from = root_.order ? root_.order->from : SnapshotId(),
                        .back_to = {}};
  Decision decision = s_.decide.act(
      Reason::moving_root,
      root_.zone + " has had no capacity for " + seconds_of(waited()) + "; the root moves to " +
          best->zone + ", which takes about " + seconds_of(best->time) +
          (s_.machine.keeps_private_ip ? "; its private address becomes another one" : ""),
      step::OrderMove{root_.volume.id, order});
  decision.zones = sums;
  return decision;
}

}  // namespace ec2spotter
