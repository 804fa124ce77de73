// Finds the machine that an argument names: a machine file, else a root volume with its tags.
#include <filesystem>
#include <optional>

#include "cli/session.hpp"
#include "control/files/machine_file.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

namespace fs = std::filesystem;

// Of the machine with that name: those that are its root, or may be.
Result<std::vector<Volume>> find_roots(const std::string& name, const OwnerId& owner,
                                       aws::Ec2& ec2) {
  TRY(auto roots, ec2.describe_volumes({}, root_filters(name, owner)));
  leave_newest_roots(roots);
  return roots;
}

// The region to work in; empty: that of the AWS configuration.
Result<std::string> choose_region(const Common& common, const Machine& machine, aws::Ec2& ec2) {
  if (!common.region.empty()) return common.region;
  if (machine.elsewhere.empty()) return machine.region;
  for (const Machine& one : in_all_regions(machine)) {
    TRY(aws::Ec2 * there, ec2.in_region(one.region));
    TRY(const auto roots, find_roots(one.name.str(), one.owner, *there));
    if (!roots.empty()) return one.region;
  }
  return machine.region;
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

OwnerId owner_of(const Common& common) {
  return OwnerId(common.owner.empty() ? kDefaultOwner : common.owner);
}

Machine with_owner(const Common& common, Machine machine) {
  if (common.owner.empty()) return machine;
  machine.owner = OwnerId(common.owner);
  for (Machine& other : machine.elsewhere) other.owner = machine.owner;
  return machine;
}

std::string machine_file_path(const Common& common, const std::string& argument) {
  const fs::path folder(common.machines);
  for (const fs::path& path : {fs::path(argument), folder / (argument + ".toml"),
                               folder / (argument + ".conf"), folder / argument}) {
    if (is_file(path)) return path.string();
  }
  return {};
}

Result<std::optional<Machine>> find_machine_file(const Common& common,
                                                 const std::string& argument) {
  const std::string path = machine_file_path(common, argument);
  if (path.empty()) return std::nullopt;
  TRY(Machine machine, read_machine_file(path));
  return with_owner(common, std::move(machine));
}

namespace {

Result<FoundMachine> find_by_tags(const Common& common, const std::string& argument,
                                  Session& session) {
  const OwnerId owner = owner_of(common);
  TRY(const auto volumes, find_roots(argument, owner, session.ec2()));
  if (volumes.size() != 1) {
    return fail(
        volumes.empty() ? Errc::not_found : Errc::refused,
        (volumes.empty() ? "no machine is" : std::to_string(volumes.size()) + " roots are") +
            " named '" + argument + "' (owner '" + owner.str() + "') in this region, and " +
            common.machines + "/" + argument + ".toml does not exist; see `ec2spotter list`");
  }
  Machine machine;
  machine.name = MachineName(argument);
  machine.owner = owner;
  machine.volume.id = volumes.front().id;
  return FoundMachine{.machine = std::move(machine), .from_file = false};
}

}  // namespace

Result<OpenMachine> open_machine(const Common& common, const std::string& argument,
                                 const Conduct& conduct) {
  TRY(auto from_file, find_machine_file(common, argument));
  if (from_file) return open_in_its_region(common, std::move(*from_file), conduct);
  TRY(auto session, Session::open(common, std::string(), conduct));
  TRY(auto found, find_by_tags(common, argument, *session));
  return OpenMachine{.session = std::move(session), .found = std::move(found)};
}

Result<OpenMachine> open_in_its_region(const Common& common, Machine machine,
                                       const Conduct& conduct) {
  TRY(auto session, Session::open(common, machine.region, conduct));
  TRY(const std::string region, choose_region(common, machine, session->ec2()));
  for (Machine& one : in_all_regions(machine)) {
    if (machine.elsewhere.empty() || one.region != region) continue;
    if (region != session->client().region()) {
      TRY(session, Session::open(common, region, conduct));
    }
    machine = std::move(one);
    break;
  }
  return OpenMachine{.session = std::move(session),
                     .found = {.machine = std::move(machine), .from_file = true}};
}

Error no_instance(const Machine& machine) {
  return {
      .code = Errc::not_found,
      .message = "machine '" + machine.name.str() + "' has no instance; run `resume` to start one"};
}

}  // namespace ec2spotter::cli
