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

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

OwnerId owner_of(const Common& common) {
  return OwnerId(common.owner.empty() ? kDefaultOwner : common.owner);
}

Result<std::optional<Machine>> find_machine_file(const Common& common,
                                                 const std::string& argument) {
  const fs::path folder(common.machines);
  for (const fs::path& path : {fs::path(argument), folder / (argument + ".toml"),
                               folder / (argument + ".conf"), folder / argument}) {
    if (!is_file(path)) continue;
    TRY(Machine machine, read_machine_file(path.string()));
    if (!common.owner.empty()) machine.owner = OwnerId(common.owner);
    return machine;
  }
  return std::nullopt;
}

Result<FoundMachine> find_machine(const Common& common, const std::string& argument,
                                  Session& session, std::optional<Machine> from_file) {
  if (from_file) return FoundMachine{.machine = std::move(*from_file), .from_file = true};
  const OwnerId owner = owner_of(common);
  TRY(auto volumes, session.ec2().describe_volumes({}, {tag_filter(tag::kMachine, argument),
                                                        tag_filter(tag::kOwner, owner.str()),
                                                        tag_filter(tag::kRole, tag::kRoleRoot)}));
  leave_newest_roots(volumes);
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

Result<OpenMachine> open_machine(const Common& common, const std::string& argument) {
  TRY(auto from_file, find_machine_file(common, argument));
  TRY(auto session, Session::open(common, from_file ? from_file->region : std::string()));
  TRY(auto found, find_machine(common, argument, *session, std::move(from_file)));
  return OpenMachine{.session = std::move(session), .found = std::move(found)};
}

Error no_instance(const Machine& machine) {
  return {
      .code = Errc::not_found,
      .message = "machine '" + machine.name.str() + "' has no instance; run `resume` to start one"};
}

}  // namespace ec2spotter::cli
