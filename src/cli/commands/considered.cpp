#include "cli/commands/considered.hpp"

namespace ec2spotter::cli {

Result<Considered> look(OpenMachine& open, PoolsAsked pools) {
  TRY(auto consideration, consider(open.found.machine, open.session->controls(), pools));
  return Considered{.machine = open.found.machine, .consideration = std::move(consideration)};
}

}  // namespace ec2spotter::cli
