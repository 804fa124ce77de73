#include "control/pools/pool_knowledge.hpp"

#include <algorithm>
#include <set>

#include "model/move.hpp"
#include "plan/choice/pool_choice.hpp"
#include "plan/ways/zone_choice.hpp"

namespace ec2spotter {
namespace {

// A region rarely gets a new zone.
constexpr Duration kZonesLast = std::chrono::hours(1);

// Wherever the root may be, or go.
std::set<std::string> zones_of(const Subject& subject) {
  std::set<std::string> zones;
  for (const Volume& volume : subject.seen->volumes) {
    zones.insert(zone_of_next(volume));
    if (!may_move(*subject.machine)) continue;
    const auto others = other_zones(*subject.machine, *subject.seen, volume.zone);
    zones.insert(others.begin(), others.end());
  }
  return zones;
}

std::vector<Pool> all_pools_of(const Subject& subject) {
  std::vector<Pool> all;
  for (const std::string& zone : zones_of(subject)) {
    const auto some = pools_of(*subject.machine, *subject.seen, zone);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

void PoolKnowledge::complete(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now) {
  add_zones(subjects, ec2, now);
  for (const Subject& subject : subjects) add_types(subject, ec2, now);
  add_facts(subjects, ec2, now);
}

// What EC2 does not list is no zone to move to.
void PoolKnowledge::add_zones(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now) {
  const bool wanted = std::any_of(subjects.begin(), subjects.end(), [](const Subject& subject) {
    return !subject.machine->zones.empty();
  });
  if (!wanted) return;
  if (zones_.empty() || now - zones_read_at_ >= kZonesLast) {
    const auto found = ec2.describe_zones();
    if (!found) return;
    zones_.clear();
    for (const aws::Zone& zone : *found) zones_.push_back(zone.name);
    zones_read_at_ = now;
  }
  for (const Subject& subject : subjects) subject.seen->zones = zones_;
}

void PoolKnowledge::add_types(const Subject& subject, aws::Ec2& ec2, TimePoint now) {
  if (!subject.machine->requirements) return;
  for (const std::string& zone : zones_of(subject)) {
    catalogue_.refresh(ec2, subject.machine->requirements->architecture, zone, now);
    subject.seen->types.insert_or_assign(zone, catalogue_.matching(*subject.machine, zone));
  }
}

// Only of machines whose file asks for it: EC2 counts what it is asked to score.
void PoolKnowledge::add_facts(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now) {
  std::vector<Pool> priced, scored;
  for (const Subject& subject : subjects) {
    const PoolOrder order = subject.machine->pool_order;
    if (order == PoolOrder::listed) continue;
    const auto own = all_pools_of(subject);
    priced.insert(priced.end(), own.begin(), own.end());
    if (order == PoolOrder::capacity) scored.insert(scored.end(), own.begin(), own.end());
  }
  if (priced.empty()) return;
  book_.refresh(ec2, priced, scored, now);
  for (const Subject& subject : subjects) {
    if (subject.machine->pool_order == PoolOrder::listed) continue;
    subject.seen->pools = book_.facts(all_pools_of(subject));
    subject.seen->facts_denied = book_.denied();
  }
}

}  // namespace ec2spotter
