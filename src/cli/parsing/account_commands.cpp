// The commands about the account: credentials, roles, fleets.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"

namespace ec2spotter::cli {

void add_setup(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("setup", "check credentials and region, show volumes to launch");
  command->callback([&parsed] { parsed.action = [&parsed] { return setup(parsed.common); }; });
}

void add_setup_role(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("setup-role", "make the IAM role of an unattended machine");
  command->add_option("FILE", parsed.setup_role.file, "machine file")
      ->type_name(kFileType)
      ->required();
  command->add_flag("--remove", parsed.setup_role.remove, "delete the role");
  command->add_flag("--dry-run", parsed.setup_role.dry_run, "only print the role's policy");
  command->callback([&parsed] {
    parsed.action = [&parsed] { return setup_role(parsed.common, parsed.setup_role); };
  });
}

void add_reap(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("reap", "list fleets that no machine needs any more");
  command->add_flag("--yes", parsed.reap.yes, "delete them, and their instances without a root");
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return reap(parsed.common, parsed.reap); }; });
}

}  // namespace ec2spotter::cli
