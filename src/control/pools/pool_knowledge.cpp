#include "control/pools/pool_knowledge.hpp"

#include "plan/choice/pool_choice.hpp"

namespace ec2spotter {
namespace {

// Wherever the root may be.
std::vector<Pool> all_pools_of(const Subject& subject) {
  std::vector<Pool> all;
  for (const Volume& volume : subject.seen->volumes) {
    const auto some = pools_of(*subject.machine, *subject.seen, volume.zone);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

void PoolKnowledge::complete(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now) {
  for (const Subject& subject : subjects) add_types(subject, ec2, now);
  add_facts(subjects, ec2, now);
}

void PoolKnowledge::add_types(const Subject& subject, aws::Ec2& ec2, TimePoint now) {
  if (!subject.machine->requirements) return;
  for (const Volume& volume : subject.seen->volumes) {
    catalogue_.refresh(ec2, subject.machine->requirements->architecture, volume.zone, now);
    subject.seen->types.insert_or_assign(volume.zone,
                                         catalogue_.matching(*subject.machine, volume.zone));
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
