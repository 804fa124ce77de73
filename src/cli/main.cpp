// The command line: parses into options, runs one command, turns its result into an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/commands/commands.hpp"
#include "cli/commands/sim_options.hpp"
#include "cli/exit_status.hpp"
#include "cli/usage.hpp"
#include "cli/whole_number.hpp"
#include "sim/vm/network/relay.hpp"

namespace ec2spotter::cli {
namespace {

using Action = std::function<Result<void>()>;

// Everything that parsing fills; `action` is the chosen command.
struct Parsed {
  Common common;
  Launch launch;
  SetupRole setup_role;
  Reap reap;
  GuestFilesOptions guest_files;
  OnMachine on_machine;
  WatchOptions watch;
  EventsOptions events;
  Sim sim;
  SimControl control;
  nlohmann::json body = nlohmann::json::object();
  Action action;
};

// An option that takes one of the words, and sets what that stands for; `chosen` is the default.
template <class Value>
void add_choice(CLI::App& command, const std::string& flag, Value& chosen,
                const std::vector<std::pair<std::string, Value>>& values,
                const std::string& about) {
  std::vector<std::string> words;
  std::string usual;
  for (const auto& [word, value] : values) {
    words.push_back(word);
    if (value == chosen) usual = word;
  }
  const auto choose = [&chosen, values](const std::string& given) {
    for (const auto& [word, value] : values) {
      if (word == given) chosen = value;
    }
  };
  take_one_of(*command.add_option_function<std::string>(flag, choose, about + "; default " + usual),
              std::move(words));
}

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

void add_waiting(CLI::App& command, Waiting& waiting) {
  using std::chrono::minutes;
  command.add_flag("--no-wait", waiting.no_wait, "return when the only thing left is to wait");
  const auto usual = std::chrono::duration_cast<minutes>(waiting.timeout).count();
  command
      .add_option_function<int>(
          "--timeout", [&waiting](int given) { waiting.timeout = minutes(given); },
          "minutes; default " + std::to_string(usual))
      ->check(whole_number(1, 1440));
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
  const char* state_help = "folder for the journal and the lock; default ~/.local/state/ec2spotter";
  CLI::App* command = app.add_subcommand("watch", "keep machines up until a signal comes");
  command->add_option("PATH", parsed.watch.paths, "machine files, or folders of machine files");
  command->add_option("--state", parsed.watch.state, state_help);
  command->add_option("--events", parsed.watch.events,
                      "URL of the SQS queue to which EventBridge sends EC2's notices");
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return watch(parsed.common, parsed.watch); }; });
  command = app.add_subcommand("events", "print what watches have decided and done");
  command->add_option("NAME", parsed.events.machine, "one machine; default: all");
  command->add_option("--state", parsed.events.state, state_help);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return events(parsed.common, parsed.events); }; });
}

// `ec2spotter sim NAME`: one control call; each option becomes a member of its JSON body, and
// without any it only reads.
class ControlCommand {
 public:
  ControlCommand(CLI::App& sim_app, Parsed& parsed, const std::string& name,
                 const std::string& about)
      : parsed_(parsed), command_(sim_app.add_subcommand(name, about)) {
    command_->callback([&parsed, name] {
      parsed.action = [&parsed, name] {
        parsed.control.path = name;
        if (!parsed.body.empty()) parsed.control.body = parsed.body.dump();
        return sim_control(parsed.common, parsed.control);
      };
    });
  }

  template <class T>
  ControlCommand& option(const std::string& flag, const std::string& key, const std::string& about,
                         bool required = false) {
    auto& body = parsed_.body;
    command_
        ->add_option_function<T>(
            flag, [&body, key](const T& value) { body[key] = value; }, about)
        ->required(required);
    return *this;
  }

 private:
  Parsed& parsed_;
  CLI::App* command_;
};

// What the account and the pools give.
void add_market_controls(CLI::App& app, Parsed& parsed) {
  ControlCommand(app, parsed, "capacity", "set how many instances a pool can still give")
      .option<std::string>("TYPE", "instance_type", "instance type", true)
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<int>("COUNT", "available", "instances; -1: no limit", true)
      .option<std::string>("--market", "market", "spot or on-demand");
  ControlCommand(app, parsed, "price", "set the Spot price of a pool")
      .option<std::string>("TYPE", "instance_type", "instance type", true)
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<std::string>("PRICE", "price", "US dollars an hour", true);
  ControlCommand(app, parsed, "quota", "set a quota of the account")
      .option<std::string>("NAME", "name",
                           "spot_vcpus, on_demand_vcpus, addresses or "
                           "initialization_mib_s",
                           true)
      .option<int>("VALUE", "value", "vCPUs, addresses, or MiB/s", true);
  ControlCommand(app, parsed, "key", "set whether EC2 can use a KMS key")
      .option<std::string>("KEY", "key", "id, alias or ARN of a key of the seed", true)
      .option<std::string>("STATE", "state", "enabled, disabled or denied (no grant)", true)
      .option<std::string>("--of-region", "region", "default: us-east-1");
  ControlCommand(app, parsed, "zone", "set what EC2 says of a zone")
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<std::string>("--zone-state", "state", "available, impaired, unavailable ...")
      .option<std::string>("--opt-in", "opt_in", "opt-in-not-required, opted-in or not-opted-in");
  ControlCommand(app, parsed, "limits", "switch EC2's request rate limits on or off")
      .option<bool>("--enabled", "enabled", "true or false", true);
}

// What happens to an instance.
void add_instance_controls(CLI::App& app, Parsed& parsed) {
  ControlCommand(app, parsed, "notice",
                 "send an interruption notice; the reclaim follows two minutes later")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(app, parsed, "rebalance", "send a rebalance recommendation")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(app, parsed, "reclaim",
                 "end a Spot instance, as EC2 does when it needs the capacity")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<bool>("--notice", "notice", "true: send a notice first")
      .option<int>("--seconds", "seconds", "seconds from the notice to the end");
  ControlCommand(app, parsed, "status", "set the result of an instance's status check")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<std::string>("CHECK", "check", "system, instance or ebs", true)
      .option<std::string>("STATUS", "status", "ok, impaired, initializing or insufficient-data",
                           true);
  ControlCommand(app, parsed, "event", "add a scheduled event to an instance; it is only shown")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<std::string>("CODE", "code", "instance-retirement, instance-stop ...", true)
      .option<int>("--seconds", "seconds", "seconds from now; default: a day");
  ControlCommand(app, parsed, "hang", "make the system in an instance hang")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(app, parsed, "read_only", "make the root of a guest read-only (--guests)")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
}

// Faults and time, and what the simulator knows.
void add_simulator_controls(CLI::App& app, Parsed& parsed) {
  ControlCommand(app, parsed, "delay", "set how many seconds late EC2 shows something")
      .option<std::string>("OF", "of", "credentials (those of an instance profile) or fleets", true)
      .option<int>("SECONDS", "seconds", "seconds", true);
  ControlCommand(app, parsed, "replacement", "set what EC2 does with a root that replaces another")
      .option<bool>("--delete-on-termination", "delete_on_termination",
                    "true or false: does the new root go with its instance?", true);
  ControlCommand(app, parsed, "fault", "make calls fail")
      .option<std::string>("KIND", "kind", "throttle, error_before, lost_reply, refuse ...", true)
      .option<std::string>("--action", "action", "the API action; default: any")
      .option<int>("--count", "count", "how many times")
      .option<double>("--probability", "probability", "0 to 1")
      .option<int>("--status", "status", "HTTP status, 500 or 503")
      .option<std::string>("--code", "code", "with refuse: EC2's error code")
      .option<std::string>("--message", "message", "with refuse: EC2's text")
      .option<std::string>("--type", "instance_type", "fail only launches of this instance type")
      .option<std::string>("--instance", "instance_id", "fail only calls about this instance")
      .option<std::string>("--zone", "zone", "fail only calls that name this zone")
      .option<std::string>("--parameter", "parameter", "fail only calls with this parameter")
      .option<int>("--seconds", "seconds", "how long, with slow_state and stale_describe");
  ControlCommand(app, parsed, "clock", "move the simulator's clock forward")
      .option<int>("SECONDS", "advance_seconds", "seconds", true);
  ControlCommand(app, parsed, "state", "print everything the simulator knows, as JSON");
  ControlCommand(app, parsed, "resources", "print all resources of one kind, as JSON")
      .option<std::string>("KIND", "kind", "instance, volume ...", true)
      .option<std::string>("--of-region", "region", "default: us-east-1");
  ControlCommand(app, parsed, "calls", "print the journal of API calls, as JSON");
  ControlCommand(app, parsed, "actions", "print the API actions that the simulator knows, as JSON");
  ControlCommand(app, parsed, "violations", "print the safety rules that were broken, as JSON");
}

// What the virtual machines of the local EC2 are like.
void add_vm(CLI::App& command, sim::VmOptions& machines) {
  command
      .add_option("--ssh-port", machines.ssh_port,
                  "with --vm: the port for ssh at the public addresses; default " +
                      std::to_string(machines.ssh_port) + ", which needs root")
      ->check(whole_number(1, 65535));
  command
      .add_option("--memory", machines.memory_mib_max,
                  "with --vm: the most memory that an instance gets, in MiB; default " +
                      std::to_string(machines.memory_mib_max))
      ->check(whole_number(256, 1'048'576));
  using enum sim::VmOptions::Acceleration;
  add_choice(command, "--acceleration", machines.acceleration,
             {{"probe", probe}, {"kvm", kvm}, {"emulation", emulation}},
             "with --vm: what runs its processor");
}

void add_sim(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("sim", "run the local EC2");
  Sim& options = parsed.sim;
  command->add_option("--listen", options.listen,
                      "HOST:PORT; port 0: any; default " + options.listen);
  command->add_option("--state", options.server.state_dir, "folder for state and disks");
  command->add_option("--seed", options.server.seed_file,
                      "JSON file with the resources at the start");
  add_choice(*command, "--profile", options.server.profile,
             {{"instant", sim::Profile::instant}, {"realistic", sim::Profile::realistic}},
             "how long EC2's own work takes");
  command->add_flag("--allow-public", options.server.allow_public,
                    "listen on an address other than loopback");
  auto* vm =
      command->add_flag("--vm", options.vm, "instances are real virtual machines; needs --state");
  command
      ->add_flag("--guests", options.guests,
                 "without --vm: guests print what the boot program prints, as fast as it does")
      ->excludes(vm);
  add_vm(*command, options.machines);
  command->require_subcommand(0, 1);
  command->callback([command, &parsed] {
    if (command->get_subcommands().empty()) {
      parsed.action = [&parsed] { return sim(parsed.sim); };
    }
  });
  add_market_controls(*command, parsed);
  add_instance_controls(*command, parsed);
  add_simulator_controls(*command, parsed);
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
