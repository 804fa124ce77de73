// `guest-files`: shows or changes the tag that says what the next boot does with our files on a
// volume.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/loop/drive.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

const char* meaning(GuestFiles files) {
  switch (files) {
    case GuestFiles::leave:
    case GuestFiles::remove: return "are removed at each boot on a new instance";
    case GuestFiles::install: return "are installed at each boot on a new instance";
    case GuestFiles::once: break;
  }
  return "are installed at the first boot and not changed afterwards";
}

}  // namespace

Result<void> guest_files(const Common& common, const GuestFilesOptions& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  TRY(const auto considered, consider(machine, open.session->controls()));
  TRY(const Volume* root, own_root(machine, considered.look.seen));
  GuestFiles files = guest_files_of(*root);
  if (options.chosen && *options.chosen != files) {
    files = *options.chosen;
    TRY_VOID(open.session->ec2().create_tags(
        {root->id.str()}, {{std::string(tag::kGuestFiles), std::string(to_string(files))}}));
  }
  if (common.output == Output::json) {
    print_json({{"machine", machine.name.str()},
                {"volume", root->id.str()},
                {"guest_files", std::string(to_string(files))}});
    return {};
  }
  fmt::print("{}: our files on {} {}\n", machine.name.str(), root->id.str(), meaning(files));
  return {};
}

}  // namespace ec2spotter::cli
