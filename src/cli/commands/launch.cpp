// `launch`: reads a machine file, checks what an unattended machine needs, and drives the machine
// up.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"
#include "cli/commands/lifecycle/type_words.hpp"
#include "cli/session.hpp"
#include "control/act/places.hpp"
#include "control/files/machine_file.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {
namespace {

// Checks what the fleet's instances will need, before there is a fleet: nobody sees its failures.
Result<void> check_unattended(const Machine& machine, Session& session) {
  const std::string endpoint = session.client().configured_endpoint();
  if (!endpoint.empty() && machine.guest_endpoint.empty()) {
    return fail(Errc::invalid,
                "this host asks EC2 at " + endpoint +
                    ", which the machine's instances may not reach; set "
                    "guest_endpoint in the machine file to the address that they use");
  }
  const std::string profile = profile_of(machine);
  const std::string cure =
      "; make it with `ec2spotter setup-role`, or name another one with "
      "instance_profile in the machine file";
  TRY(const auto identity, session.client().identity());
  const auto role = identity->role_of_profile(profile);
  if (role && !role->empty()) return {};
  if (role) return fail(Errc::invalid, "the instance profile " + profile + " has no role" + cure);
  // A caller that may launch does not need the right to read IAM.
  if (role.error().code == Errc::unauthorized) return {};
  if (role.error().code != Errc::not_found) return fail(role.error());
  return fail(Errc::not_found, "there is no instance profile " + profile + cure);
}

void set_options(Machine& machine, const Launch& options) {
  if (options.unattended) machine.unattended = options.unattended;
  if (options.type.empty()) return;
  machine.types = {options.type};
  machine.requirements.reset();
}

// The command line overrides the file.
Result<Machine> with_options(Machine machine, const Launch& options) {
  if (!options.type.empty()) {
    if (!is_type(options.type)) {
      return fail(Errc::invalid,
                  "'" + options.type +
                      "' is not an instance type such as t3.small; after the file you can give "
                      "only a type (the manual says where credentials are found)");
    }
  }
  set_options(machine, options);
  for (Machine& other : machine.elsewhere) set_options(other, options);
  return check_machine(std::move(machine), options.file);
}

}  // namespace

Result<void> launch(const Common& common, const Launch& options) {
  TRY(Machine machine, read_machine_file(options.file));
  TRY(machine, with_options(with_owner(common, std::move(machine)), options));
  TRY(OpenMachine open, open_in_its_region(common, std::move(machine)));
  TRY_VOID(check_places(open.found.machine, open.session->ec2()));
  if (open.found.machine.unattended.value_or(false)) {
    TRY_VOID(check_unattended(open.found.machine, *open.session));
  }
  return drive_and_report(common, open, Goal::up, options.waiting);
}

}  // namespace ec2spotter::cli
