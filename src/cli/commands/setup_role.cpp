// `setup-role`: prints, makes or removes the IAM role of an unattended machine's instances.
#include <fmt/format.h>

#include <set>

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"
#include "control/act/machine_role.hpp"
#include "control/files/machine_file.hpp"
#include "control/observe/belongings/data_volumes.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter::cli {
namespace {

// Without the role, the next instance of an unattended machine would wait for ever.
Result<void> check_no_fleet(const Machine& machine, aws::Ec2& ec2) {
  TRY(const auto fleets, ec2.describe_fleets());
  for (const Fleet& fleet : fleets) {
    if (!belongs_to(fleet.tags, machine)) continue;
    return fail(Errc::refused, fleet.id.str() + " launches instances with this role; run `pause " +
                                   machine.name.str() + "` first");
  }
  return {};
}

// The keys of the volumes that the file names, and of every other one of the machine: a retired one
// may be taken back into use.
Result<std::vector<std::string>> keys_of_volumes(const Machine& machine, aws::Ec2& ec2) {
  const VolumeName& name = machine.volume;
  const aws::Filter named = name.id.empty() ? tag_filter(tag::kName, name.name_tag)
                                            : aws::Filter{"volume-id", {name.id.str()}};
  const aws::Filter ours = tag_filter(tag::kMachine, machine.name.str());
  std::set<std::string> keys;
  for (const aws::Filter& filter : {named, ours}) {
    TRY(const auto volumes, ec2.describe_volumes({}, {filter}));
    for (const Volume& volume : volumes) {
      if (!volume.kms_key.empty()) keys.insert(volume.kms_key);
    }
  }
  TRY(const auto data, find_data_volumes(ec2, machine.owner, {&machine}));
  for (const Volume& volume : data.at(machine.name.str())) {
    if (!volume.kms_key.empty()) keys.insert(volume.kms_key);
  }
  return std::vector<std::string>(keys.begin(), keys.end());
}

}  // namespace

Result<void> setup_role(const Common& common, const SetupRole& options) {
  TRY(const auto file, find_machine_file(common, options.file));
  if (!file)
    return fail(Errc::io, options.file + " cannot be read; give the name of a machine file");
  TRY(auto session, Session::open(common, file->region));
  TRY(const auto identity, session->client().identity());
  const std::string name = profile_of(*file);
  if (options.remove) {
    TRY_VOID(check_no_fleet(*file, session->ec2()));
    TRY_VOID(remove_role(*file, *identity));
    fmt::print("the role and the instance profile {} are deleted\n", name);
    return {};
  }
  Machine unattended = *file;
  unattended.unattended = true;
  TRY_VOID(check_machine(std::move(unattended), options.file));
  TRY(const auto caller, session->ec2().caller_identity());
  TRY(RoleScope scope, role_scope(caller.arn, session->client().region()));
  TRY(scope.kms_keys, keys_of_volumes(*file, session->ec2()));
  fmt::print("the role and the instance profile {}, with this policy:\n{}\n", name,
             role_policy(*file, scope));
  if (options.dry_run) return {};
  TRY_VOID(make_role(*file, scope, *identity));
  fmt::print("they are made; `ec2spotter launch --unattended {}` uses them\n", options.file);
  return {};
}

}  // namespace ec2spotter::cli
