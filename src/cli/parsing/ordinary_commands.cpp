// The ways in and out: an ordinary instance becomes a machine, and a machine one instance.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"

namespace ec2spotter::cli {

void add_import(CLI::App& app, Parsed& parsed) {
  Import& import_options = parsed.import;
  CLI::App* command =
      app.add_subcommand("import", "make a machine of an ordinary instance, with its disks");
  command->add_option("INSTANCE", import_options.instance, "its id: i-...")->required();
  command
      ->add_option("--name", import_options.name,
                   "of the machine and its file; default: the instance's Name tag")
      ->type_name("NAME");
  command
      ->add_option("--image", import_options.image,
                   "preboot image: ami-... or resolve:ssm:NAME; default: Debian's")
      ->type_name("IMAGE");
  command->add_flag("--dry-run", import_options.dry_run, "only print what would be done");
  command->add_flag("--terminate-source", import_options.terminate_source,
                    "terminate the instance in the end; else it stays, stopped");
  command->add_flag("--yes", import_options.yes, "the instance may be stopped");
  add_waiting(*command, import_options.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return import(parsed.common, parsed.import); }; });
}

void add_eject(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("eject", "leave an ordinary instance on the disk, and no machine");
  add_machine(*command, parsed.eject.machine);
  add_choice(*command, "--market", parsed.eject.market,
             {{"on-demand", Market::on_demand}, {"spot", Market::spot}}, "of the instance");
  command->add_flag("--yes", parsed.eject.yes, "the machine may be away for two boots");
  add_waiting(*command, parsed.eject.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return eject(parsed.common, parsed.eject); }; });
}

void add_terminate(CLI::App& app, Parsed& parsed) {
  Terminate& options = parsed.terminate;
  CLI::App* command = app.add_subcommand("terminate", "end a machine, and keep its disks");
  add_machine(*command, options.machine);
  command->add_flag("--delete-volume", options.delete_volume,
                    "delete the root volume, with all that is on it");
  command->add_flag("--yes", options.yes, "do not ask for the machine's name");
  add_timeout(*command, options.timeout);
  command->callback([&parsed] {
    parsed.action = [&parsed] { return terminate(parsed.common, parsed.terminate); };
  });
}

}  // namespace ec2spotter::cli
