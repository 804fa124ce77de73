// The command line: parses into options, runs one command, turns its result into an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string_view>

#include "cli/commands/commands.hpp"
#include "cli/exit_status.hpp"
#include "cli/parsing/parsed.hpp"
#include "cli/parsing/sim_commands.hpp"
#include "cli/usage.hpp"
#include "cli/whole_number.hpp"
#include "sim/vm/network/relay.hpp"

namespace ec2spotter::cli {
namespace {

constexpr const char* kStateHelp =
    "folder for the journal and the lock of a watch; default ~/.local/state/ec2spotter";

void add_common(CLI::App& app, Common& common) {
  app.add_option("--region", common.region, "AWS region; default: as for the AWS CLI");
  app.add_option("--profile", common.profile, "AWS profile; default: $AWS_PROFILE");
  app.add_option("--endpoint-url", common.endpoint, "EC2 endpoint; default: as for the AWS CLI");
  app.add_option("--owner", common.owner, "deployment id in our tags; default: the file's");
  app.add_option("--machines", common.machines, "folder of machine files; default: this folder");
  add_choice(app, "--output", common.output, {{"text", Output::text}, {"json", Output::json}},
             "how results are printed");
  app.add_flag("--quiet,-q", common.quiet, "no progress on stderr");
}

void add_timeout(CLI::App& command, Duration& timeout, int least = 1) {
  using std::chrono::minutes;
  const auto usual = std::chrono::duration_cast<minutes>(timeout).count();
  command
      .add_option_function<int>(
          "--timeout", [&timeout](int given) { timeout = minutes(given); },
          "minutes; default " + std::to_string(usual))
      ->check(whole_number(least, 1440));
}

void add_waiting(CLI::App& command, Waiting& waiting) {
  command.add_flag("--no-wait", waiting.no_wait, "return when the only thing left is to wait");
  add_timeout(command, waiting.timeout);
}

void add_launch(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("launch", "start the machine of a file, and wait until it is up");
  command->add_option("FILE", parsed.launch.file, "machine file: .toml, or a classic .conf")
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

using MachineCommand = Result<void> (*)(const Common&, const OnMachine&);

CLI::App* add_on_machine(CLI::App& app, Parsed& parsed, const std::string& name,
                         const std::string& about, MachineCommand run) {
  CLI::App* command = app.add_subcommand(name, about);
  command->add_option("NAME", parsed.on_machine.machine, "machine name, or its file")->required();
  command->callback([&parsed, run] {
    parsed.action = [&parsed, run] { return run(parsed.common, parsed.on_machine); };
  });
  return command;
}

void add_wait(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("wait", "wait until a machine is up, or paused");
  command->add_option("NAME", parsed.wait.machine, "machine name, or its file")->required();
  add_choice(*command, "--until", parsed.wait.until, {{"up", Goal::up}, {"paused", Goal::paused}},
             "what to wait for");
  add_timeout(*command, parsed.wait.timeout, 0);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return wait(parsed.common, parsed.wait); }; });
}

void add_machine_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("list", "list all machines in the region");
  command->callback([&parsed] { parsed.action = [&parsed] { return list(parsed.common); }; });
  add_on_machine(app, parsed, "status", "show where a machine is", status);
  add_on_machine(app, parsed, "explain", "show why it is there, and what comes next", explain);
  add_on_machine(app, parsed, "doctor", "show what may keep a machine from coming back", doctor);
  add_waiting(*add_on_machine(app, parsed, "pause", "end the instance, keep the disk", pause),
              parsed.on_machine.waiting);
  add_waiting(*add_on_machine(app, parsed, "resume", "start an instance on the disk", resume),
              parsed.on_machine.waiting);
  add_waiting(
      *add_on_machine(app, parsed, "recycle", "pause and resume: another instance", recycle),
      parsed.on_machine.waiting);
  add_wait(app, parsed);
  add_on_machine(app, parsed, "console", "print the instance's serial console", console);
  add_on_machine(app, parsed, "ssh", "log in to the machine", ssh)
      ->add_option("COMMAND", parsed.on_machine.arguments, "run this there instead of a shell");
  command =
      app.add_subcommand("guest-files", "show or change what happens to our files on a volume");
  command->add_option("NAME", parsed.guest_files.machine, "machine name, or its file")->required();
  const auto choose = [&parsed](GuestFiles files) {
    return [&parsed, files] { parsed.guest_files.chosen = files; };
  };
  auto* remove = command->add_flag_callback("--remove", choose(GuestFiles::remove),
                                            "remove them at the next boot");
  command
      ->add_flag_callback("--install", choose(GuestFiles::install),
                          "install them anew at the next boot")
      ->excludes(remove);
  command->callback([&parsed] {
    parsed.action = [&parsed] { return guest_files(parsed.common, parsed.guest_files); };
  });
}

void add_import(CLI::App& app, Parsed& parsed) {
  Import& import_options = parsed.import;
  CLI::App* command =
      app.add_subcommand("import", "make a machine of an ordinary instance, with its disks");
  command->add_option("INSTANCE", import_options.instance, "its id: i-...")->required();
  command->add_option("--name", import_options.name,
                      "of the machine and its file; default: the instance's Name tag");
  command->add_option("--image", import_options.image,
                      "preboot image: ami-... or resolve:ssm:NAME; default: Debian's");
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
  command->add_option("NAME", parsed.eject.machine, "machine name, or its file")->required();
  add_choice(*command, "--market", parsed.eject.market,
             {{"on-demand", Market::on_demand}, {"spot", Market::spot}}, "of the instance");
  command->add_flag("--yes", parsed.eject.yes, "the machine may be away for two boots");
  add_waiting(*command, parsed.eject.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return eject(parsed.common, parsed.eject); }; });
}

void add_move(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("move", "bring a machine's root to another zone or region");
  command->add_option("NAME", parsed.move.machine, "machine name, or its file")->required();
  auto* zone = command->add_option("--zone", parsed.move.zone, "the zone, such as us-east-1b");
  auto* region =
      command->add_option("--region", parsed.move.region,
                          "another region, such as eu-west-1; see [regions] of the file");
  command->add_flag("--cancel", parsed.move.cancel, "stop a move or a restore; the root stays")
      ->excludes(zone)
      ->excludes(region);
  command->add_flag("--yes", parsed.move.yes,
                    "addresses that belong to the present place may change");
  add_waiting(*command, parsed.move.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return move(parsed.common, parsed.move); }; });
}

CLI::App* add_restoring(CLI::App& app, Parsed& parsed, const std::string& name,
                        const std::string& about) {
  CLI::App* command = app.add_subcommand(name, about);
  command->add_option("NAME", parsed.restore.machine, "machine name, or its file")->required();
  command->add_flag("--yes", parsed.restore.yes, "the machine's private address may change");
  add_waiting(*command, parsed.restore.waiting);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return restore(parsed.common, parsed.restore); }; });
  return command;
}

void add_backups(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "backups", "list what a machine can be restored from", backups);
  CLI::App* command =
      add_restoring(app, parsed, "restore", "make an earlier content the machine's root");
  command
      ->add_option("--from", parsed.restore.from,
                   "a snapshot, a former root, or a time such as 2026-11-28T12:00:00Z")
      ->required();
  command->add_option("--zone", parsed.restore.zone, "zone of the new root; default: as now");
  add_restoring(app, parsed, "undelete", "make the last former root the machine's root again");
}

void add_drill(CLI::App& app, Parsed& parsed) {
  using std::chrono::seconds;
  Drill& options = parsed.drill;
  CLI::App* command =
      app.add_subcommand("drill", "rehearse an interruption, and compare before and after");
  command->add_option("NAME", options.machine, "machine name, or its file")->required();
  add_choice(
      *command, "--kind", options.kind,
      {{"notice", DrillKind::notice}, {"rebalance", DrillKind::rebalance}, {"cut", DrillKind::cut}},
      "an interruption notice, a rebalance recommendation alone, or an end without notice");
  command->add_flag("--yes", options.yes, "do not ask for the machine's name");
  const auto usual = std::chrono::duration_cast<seconds>(options.timeout).count();
  command
      ->add_option_function<int>(
          "--within", [&options](int given) { options.timeout = seconds(given); },
          "seconds in which the machine must be up again; default " + std::to_string(usual))
      ->check(whole_number(1, 86400));
  command->add_option("--state", options.state, kStateHelp);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return drill(parsed.common, parsed.drill); }; });
}

void add_account_commands(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("setup", "check credentials and region, show volumes to launch");
  command->callback([&parsed] { parsed.action = [&parsed] { return setup(parsed.common); }; });
  command = app.add_subcommand("setup-role", "make the IAM role of an unattended machine");
  command->add_option("FILE", parsed.setup_role.file, "machine file")->required();
  command->add_flag("--remove", parsed.setup_role.remove, "delete the role");
  command->add_flag("--dry-run", parsed.setup_role.dry_run, "only print the role's policy");
  command->callback([&parsed] {
    parsed.action = [&parsed] { return setup_role(parsed.common, parsed.setup_role); };
  });
  command = app.add_subcommand("reap", "list fleets that no machine needs any more");
  command->add_flag("--yes", parsed.reap.yes, "delete them, and their instances without a root");
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return reap(parsed.common, parsed.reap); }; });
}

void add_watch(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("watch", "keep machines up until a signal comes");
  command->add_option("PATH", parsed.watch.paths, "machine files, or folders of machine files");
  command->add_option("--state", parsed.watch.state, kStateHelp);
  command->add_option("--events", parsed.watch.events,
                      "URL of the SQS queue to which EventBridge sends EC2's notices");
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return watch(parsed.common, parsed.watch); }; });
  command = app.add_subcommand("events", "print what watches have decided and done");
  command->add_option("NAME", parsed.events.machine, "one machine; default: all");
  command->add_option("--state", parsed.events.state, kStateHelp);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return events(parsed.common, parsed.events); }; });
}

// `ec2spotter-launch FILE` and `ec2spotter-setup` are the original's names for two commands.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string_view program(argv[0]);
  program.remove_prefix(program.rfind('/') + 1);
  if (program == "ec2spotter-launch") words.insert(words.begin(), "launch");
  if (program == "ec2spotter-setup") words.insert(words.begin(), "setup");
  return words;
}

int report(const Result<void>& result) {
  if (result) return static_cast<int>(ExitStatus::done);
  fmt::print(stderr, "ec2spotter: {}\n", result.error().describe());
  return static_cast<int>(exit_status(result.error().code));
}

int run(std::vector<std::string> words) {
  CLI::App app(
      "Ordinary, stateful Linux machines on EC2 Spot: the root volume stays, instances come "
      "and go.",
      "ec2spotter");
  Parsed parsed;
  app.set_version_flag("--version", std::string(EC2SPOTTER_VERSION));
  app.require_subcommand(1);
  app.fallthrough();
  add_common(app, parsed.common);
  add_launch(app, parsed);
  add_machine_commands(app, parsed);
  add_import(app, parsed);
  add_eject(app, parsed);
  add_move(app, parsed);
  add_backups(app, parsed);
  add_drill(app, parsed);
  add_account_commands(app, parsed);
  add_watch(app, parsed);
  add_sim(app, parsed);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    fmt::print(stderr, "ec2spotter: {}\n", usage_problem(app, error));
    return static_cast<int>(ExitStatus::usage);
  }
  return report(parsed.action());
}

}  // namespace
}  // namespace ec2spotter::cli

int main(int argc, char** argv) {
  // QEMU starts this for every connection to the metadata service, so it must cost nothing.
  if (argc == 3 && std::string_view(argv[1]) == ec2spotter::cli::kSimRelay) {
    return ec2spotter::sim::relay_main(std::atoi(argv[2]));
  }
  return ec2spotter::cli::run(ec2spotter::cli::arguments_of(argc, argv));
}
