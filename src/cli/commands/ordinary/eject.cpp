// `eject`: launches a machine for the last time, as an ordinary instance whose root disk is the
// machine's root, and takes our tags away.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/commands/driving.hpp"
#include "cli/consent.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/ejecting/eject_machine.hpp"
#include "control/pools/pool_check.hpp"
#include "model/move.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

// Nothing is given up before it is known that EC2 would launch the last instance.
Result<void> check_possible(const OpenMachine& open, const Machine& last, const Volume& root,
                            aws::Ec2& ec2) {
  TRY_VOID(require_file(open));
  if (order_of(root)) {
    return fail(Errc::wrong_state,
                "the root of machine '" + last.name.str() +
                    "' is under an order to move; wait until it is done, or stop "
                    "it with `move NAME --cancel`");
  }
  const auto launchable = check_can_launch(last, root.id, root.zone, ec2);
  if (launchable) return {};
  return fail(with_context(launchable.error(),
                           "EC2 would not launch the instance, so that nothing was changed"));
}

std::string consequence(const Machine& last, const Volume& root) {
  return "machine '" + last.name.str() +
         "' will end its instance, be away for two boots, and stay as an ordinary " +
         std::string(to_string(last.markets.front())) + " instance on " + root.id.str() +
         ", which no watch keeps up";
}

void tell(const OpenMachine& open, const InstanceId& instance, const VolumeId& root,
          Output output) {
  if (output == Output::json) {
    print_json({{"instance", instance.str()}, {"volume", root.str()}});
  } else {
    fmt::print("{} runs on {}, and is an ordinary instance\n", instance.str(), root.str());
  }
  fmt::print(stderr,
             "ec2spotter: remove the file of machine '{}' before a watch finds the disk free, and "
             "delete its backups and former roots if you do not need them\n",
             open.found.machine.name.str());
}

}  // namespace

Result<void> eject(const Common& common, const Eject& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine last = ejecting_machine(open.found.machine, options.market);
  const Controls controls = open.session->controls();
  TRY(const Consideration considered, consider(open.found.machine, controls));
  TRY(const Volume* root, own_root(open.found.machine, considered.look.seen));
  const VolumeId id = root->id;
  const bool begun = ejected_instance(considered.look.seen, id) != nullptr;
  if (!begun) {
    TRY_VOID(check_possible(open, last, *root, controls.ec2));
    TRY_VOID(ask_consent(consequence(last, *root), last.name.str(), options.yes, controls.waiter));
  }
  TRY(const InstanceId instance, eject_machine(last, id, controls, options.waiting.timeout));
  tell(open, instance, id, common.output);
  return {};
}

}  // namespace ec2spotter::cli
