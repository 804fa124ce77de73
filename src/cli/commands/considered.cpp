#include "cli/commands/considered.hpp"

#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {

Result<Considered> look(OpenMachine& open, PoolsAsked pools) {
  TRY(auto consideration, consider(open.found.machine, open.session->controls(), pools));
  return Considered{.machine = open.found.machine, .consideration = std::move(consideration)};
}

Result<const Volume*> own_root(const Machine& machine, const Observation& seen) {
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  if (root != nullptr && carries_tags_of(*root, machine)) return root;
  return fail(Errc::not_found, "machine '" + machine.name.str() +
                                   "' has no root volume with our tags yet; launch it first");
}

}  // namespace ec2spotter::cli
