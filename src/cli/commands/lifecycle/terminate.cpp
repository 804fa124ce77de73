// `terminate`: ends a machine, and lists what is left of it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/consent.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/ending/end_machine.hpp"
#include "model/move.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

Result<void> check_possible(const Machine& machine, const Volume& root) {
  if (!order_of(root)) return {};
  return fail(Errc::wrong_state,
              "the root of machine '" + machine.name.str() +
                  "' is under an order to move; wait until it is done, or stop it with `move NAME "
                  "--cancel`");
}

// What would be lost for ever; empty: nothing.
std::string loss(const Machine& machine, const Volume& root, bool delete_volume) {
  std::string lost;
  if (delete_volume) {
    lost = "delete " + root.id.str() + " (" + std::to_string(root.size_gib) +
           " GiB), its root volume, with all that is on it";
  }
  if (may_have_interfaces(machine, {root})) {
    lost +=
        (lost.empty() ? "" : ", and ") + std::string("give up the private address that it keeps");
  }
  return lost.empty() ? lost : "machine '" + machine.name.str() + "' will end, " + lost;
}

template <class Resource>
std::vector<std::string> ids_of(const std::vector<Resource>& resources) {
  std::vector<std::string> ids;
  ids.reserve(resources.size());
  for (const Resource& each : resources) ids.push_back(each.id.str());
  return ids;
}

nlohmann::json to_json(const Machine& machine, const Ended& ended, bool deleted,
                       const std::string& file) {
  return {{"machine", machine.name.str()},
          {"volume", ended.root.str()},
          {"volume_deleted", deleted},
          {"private_address_released", ended.address_released},
          {"addresses", ids_of(ended.remains.addresses)},
          {"data_volumes", ids_of(ended.remains.data)},
          {"root_volumes", ids_of(ended.remains.roots)},
          {"snapshots", ids_of(ended.remains.snapshots)},
          {"file", file}};
}

void print_left(const char* what, const std::vector<std::string>& ids, const char* cure) {
  for (const std::string& id : ids) fmt::print("  {} {}: `aws ec2 {} {}`\n", what, id, cure, id);
}

void print_text(const Machine& machine, const Ended& ended, bool deleted, const std::string& file) {
  fmt::print("machine '{}' has ended, and {} {}\n", machine.name.str(), ended.root.str(),
             deleted ? "is deleted" : "is kept: no watch starts it, and `launch` does");
  const Remains& left = ended.remains;
  const bool none =
      left.addresses.empty() && left.data.empty() && left.roots.empty() && left.snapshots.empty();
  if (!none) fmt::print("What is left costs money until you delete it:\n");
  print_left("root volume", ids_of(left.roots), "delete-volume --volume-id");
  print_left("data volume", ids_of(left.data), "delete-volume --volume-id");
  print_left("snapshot", ids_of(left.snapshots), "delete-snapshot --snapshot-id");
  print_left("Elastic IP", ids_of(left.addresses), "release-address --allocation-id");
  if (!file.empty()) {
    fmt::print("Remove {}, unless you want to launch the machine again.\n", file);
  }
}

}  // namespace

Result<void> terminate(const Common& common, const Terminate& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  const Controls controls = open.session->controls();
  TRY(const Considered considered, look(open));
  TRY(const Volume* root, own_root(machine, considered.seen()));
  TRY_VOID(check_possible(machine, *root));
  if (const std::string lost = loss(machine, *root, options.delete_volume); !lost.empty()) {
    TRY_VOID(ask_consent(lost, machine.name.str(), options.yes, controls.waiter));
  }
  const RootFate fate = options.delete_volume ? RootFate::deleted : RootFate::kept;
  TRY(const Ended ended, end_machine(machine, fate, controls, options.timeout));
  const std::string file = machine_file_path(common, options.machine);
  if (common.output == Output::json) {
    print_json(to_json(machine, ended, options.delete_volume, file));
  } else {
    print_text(machine, ended, options.delete_volume, file);
  }
  return {};
}

}  // namespace ec2spotter::cli
