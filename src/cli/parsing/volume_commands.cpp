// The commands that give a machine another root volume, or its root another place.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"
#include "cli/whole_number.hpp"

namespace ec2spotter::cli {
namespace {

CLI::App* add_restoring(CLI::App& app, Parsed& parsed, const std::string& name,
                        const std::string& about) {
  CLI::App* command = app.add_subcommand(name, about);
  add_machine(*command, parsed.restore.machine);
  command->add_flag("--yes", parsed.restore.yes, "the machine's private address may change");
  add_waiting(*command, parsed.restore.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return restore(parsed.common, parsed.restore); }; });
  return command;
}

}  // namespace

void add_move(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("move", "bring a machine's root to another zone or region");
  add_machine(*command, parsed.move.machine);
  auto* zone = command->add_option("--zone", parsed.move.zone, "the zone, such as us-east-1b")
                   ->type_name("ZONE");
  auto* region = command
                     ->add_option("--region", parsed.move.region,
                                  "another region, such as eu-west-1; see [regions] of the file")
                     ->type_name("REGION");
  command->add_flag("--cancel", parsed.move.cancel, "stop a move or a restore; the root stays")
      ->excludes(zone)
      ->excludes(region);
  command->add_flag("--yes", parsed.move.yes,
                    "addresses that belong to the present place may change");
  add_waiting(*command, parsed.move.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return move(parsed.common, parsed.move); }; });
}

void add_backups(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "backups", "list what a machine can be restored from", backups);
}

void add_restore(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      add_restoring(app, parsed, "restore", "make an earlier content the machine's root");
  command
      ->add_option("--from", parsed.restore.from,
                   "a snapshot, a former root, or a time such as 2026-11-28T12:00:00Z")
      ->type_name("SOURCE")
      ->required();
  command->add_option("--zone", parsed.restore.zone, "zone of the new root; default: as now")
      ->type_name("ZONE");
}

void add_undelete(CLI::App& app, Parsed& parsed) {
  add_restoring(app, parsed, "undelete", "make the last former root the machine's root again");
}

void add_grow_disk(CLI::App& app, Parsed& parsed) {
  GrowDisk& options = parsed.grow_disk;
  CLI::App* command = app.add_subcommand("grow-disk", "make a machine's disk larger");
  add_machine(*command, options.machine);
  command->add_option("SIZE", options.size_gib, "GiB, of the whole disk")
      ->required()
      ->check(whole_number(1, 65536));
  command
      ->add_option("--volume", options.volume, "a data volume's id or Name tag; default: the root")
      ->type_name("VOLUME");
  add_timeout(*command, options.timeout);
  command->callback([&parsed] {
    parsed.action = [&parsed] { return grow_disk(parsed.common, parsed.grow_disk); };
  });
}

}  // namespace ec2spotter::cli
