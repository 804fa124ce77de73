// The commands of every day: bring a machine up, see it, rest it, log in, keep it up.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"

namespace ec2spotter::cli {

void add_launch(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("launch", "start the machine of a file, and wait until it is up");
  command->add_option("FILE", parsed.launch.file, "machine file: .toml, or a classic .conf")
      ->type_name(kFileType)
      ->required();
  command->add_option("TYPE", parsed.launch.type, "instance type instead of the file's");
  auto* unattended = command->add_flag_callback(
      "--unattended", [&parsed] { parsed.launch.unattended = true; },
      "let an EC2 Fleet launch the next instances; no watch is needed");
  command
      ->add_flag_callback(
          "--supervised", [&parsed] { parsed.launch.unattended = false; },
          "launch and watch start the instances, whatever the file says")
      ->excludes(unattended);
  add_waiting(*command, parsed.launch.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return launch(parsed.common, parsed.launch); }; });
}

void add_list(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("list", "list all machines in the region");
  command->callback([&parsed] { parsed.action = [&parsed] { return list(parsed.common); }; });
}

void add_status(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "status", "show where a machine is", status);
}

void add_pause(CLI::App& app, Parsed& parsed) {
  add_waiting(*add_on_machine(app, parsed, "pause", "end the instance, keep the disk", pause),
              parsed.on_machine.waiting);
}

void add_resume(CLI::App& app, Parsed& parsed) {
  add_waiting(*add_on_machine(app, parsed, "resume", "start an instance on the disk", resume),
              parsed.on_machine.waiting);
}

void add_recycle(CLI::App& app, Parsed& parsed) {
  add_waiting(
      *add_on_machine(app, parsed, "recycle", "pause and resume: another instance", recycle),
      parsed.on_machine.waiting);
}

void add_change_type(CLI::App& app, Parsed& parsed) {
  ChangeType& options = parsed.change_type;
  CLI::App* command =
      app.add_subcommand("change-type", "run a machine on other types, and say so in its file");
  add_machine(*command, options.machine);
  command->add_option("TYPES", options.types, "one, or several separated by commas")->required();
  command->add_flag("--later", options.later, "keep the present instance; only write the file");
  command->add_flag("--dry-run", options.dry_run, "only print what would change");
  command->add_flag("--yes", options.yes, "the machine may be away for a restart");
  add_timeout(*command, options.timeout);
  command->callback([&parsed] {
    parsed.action = [&parsed] { return change_type(parsed.common, parsed.change_type); };
  });
}

void add_wait(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("wait", "wait until a machine is up, or paused");
  add_machine(*command, parsed.wait.machine);
  add_choice(*command, "--until", parsed.wait.until, {{"up", Goal::up}, {"paused", Goal::paused}},
             "what to wait for");
  add_timeout(*command, parsed.wait.timeout, 0);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return wait(parsed.common, parsed.wait); }; });
}

void add_ssh(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "ssh", "log in to the machine", ssh)
      ->add_option("COMMAND", parsed.on_machine.arguments, "run this there instead of a shell");
}

void add_watch(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("watch", "keep machines up until a signal comes");
  command->add_option("PATH", parsed.watch.paths, "machine files, or folders of machine files")
      ->type_name(kPathType);
  command->add_option("--state", parsed.watch.state, kStateHelp)->type_name(kFolderType);
  command
      ->add_option("--events", parsed.watch.events,
                   "the SQS queue to which EventBridge sends EC2's notices")
      ->type_name("URL");
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return watch(parsed.common, parsed.watch); }; });
}

}  // namespace ec2spotter::cli
