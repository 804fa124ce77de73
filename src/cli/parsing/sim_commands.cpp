// `sim` and its subcommands: the options of the local EC2, and a row for each control call.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"
#include "cli/whole_number.hpp"

namespace ec2spotter::cli {
namespace {

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
void add_market_controls(CLI::App& sim_app, Parsed& parsed) {
  ControlCommand(sim_app, parsed, "capacity", "set how many instances a pool can still give")
      .option<std::string>("TYPE", "instance_type", "instance type", true)
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<int>("COUNT", "available", "instances; -1: no limit", true)
      .option<std::string>("--market", "market", "spot or on-demand");
  ControlCommand(sim_app, parsed, "price", "set the Spot price of a pool")
      .option<std::string>("TYPE", "instance_type", "instance type", true)
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<std::string>("PRICE", "price", "US dollars an hour", true);
  ControlCommand(sim_app, parsed, "quota", "set a quota of the account")
      .option<std::string>("NAME", "name",
                           "spot_vcpus, on_demand_vcpus, addresses or "
                           "initialization_mib_s",
                           true)
      .option<int>("VALUE", "value", "vCPUs, addresses, or MiB/s", true);
  ControlCommand(sim_app, parsed, "key", "set whether EC2 can use a KMS key")
      .option<std::string>("KEY", "key", "id, alias or ARN of a key of the seed", true)
      .option<std::string>("STATE", "state", "enabled, disabled or denied (no grant)", true)
      .option<std::string>("--of-region", "region", "default: us-east-1");
  ControlCommand(sim_app, parsed, "zone", "set what EC2 says of a zone")
      .option<std::string>("ZONE", "zone", "zone", true)
      .option<std::string>("--zone-state", "state", "available, impaired, unavailable ...")
      .option<std::string>("--opt-in", "opt_in", "opt-in-not-required, opted-in or not-opted-in");
  ControlCommand(sim_app, parsed, "limits", "switch EC2's request rate limits on or off")
      .option<bool>("--enabled", "enabled", "true or false", true);
}

// What happens to an instance.
void add_instance_controls(CLI::App& sim_app, Parsed& parsed) {
  ControlCommand(sim_app, parsed, "notice",
                 "send an interruption notice; the reclaim follows two minutes later")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(sim_app, parsed, "rebalance", "send a rebalance recommendation")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(sim_app, parsed, "reclaim",
                 "end a Spot instance, as EC2 does when it needs the capacity")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<bool>("--notice", "notice", "true: send a notice first")
      .option<int>("--seconds", "seconds", "seconds from the notice to the end");
  ControlCommand(sim_app, parsed, "status", "set the result of an instance's status check")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<std::string>("CHECK", "check", "system, instance or ebs", true)
      .option<std::string>("STATUS", "status", "ok, impaired, initializing or insufficient-data",
                           true);
  ControlCommand(sim_app, parsed, "event", "add a scheduled event to an instance; it is only shown")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true)
      .option<std::string>("CODE", "code", "instance-retirement, instance-stop ...", true)
      .option<int>("--seconds", "seconds", "seconds from now; default: a day");
  ControlCommand(sim_app, parsed, "hang", "make the system in an instance hang")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
  ControlCommand(sim_app, parsed, "read_only", "make the root of a guest read-only (--guests)")
      .option<std::string>("INSTANCE", "instance_id", "i-...", true);
}

// Faults and time, and what the simulator knows.
void add_simulator_controls(CLI::App& sim_app, Parsed& parsed) {
  ControlCommand(sim_app, parsed, "delay", "set how many seconds late EC2 shows something")
      .option<std::string>("OF", "of", "credentials (those of an instance profile) or fleets", true)
      .option<int>("SECONDS", "seconds", "seconds", true);
  ControlCommand(sim_app, parsed, "replacement",
                 "set what EC2 does with a root that replaces another")
      .option<bool>("--delete-on-termination", "delete_on_termination",
                    "true or false: does the new root go with its instance?", true);
  ControlCommand(sim_app, parsed, "fault", "make calls fail")
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
  ControlCommand(sim_app, parsed, "clock", "move the simulator's clock forward")
      .option<int>("SECONDS", "advance_seconds", "seconds", true);
  ControlCommand(sim_app, parsed, "state", "print everything the simulator knows, as JSON");
  ControlCommand(sim_app, parsed, "resources", "print all resources of one kind, as JSON")
      .option<std::string>("KIND", "kind", "instance, volume ...", true)
      .option<std::string>("--of-region", "region", "default: us-east-1");
  ControlCommand(sim_app, parsed, "calls", "print the journal of API calls, as JSON");
  ControlCommand(sim_app, parsed, "actions",
                 "print the API actions that the simulator knows, as JSON");
  ControlCommand(sim_app, parsed, "violations", "print the safety rules that were broken, as JSON");
}

// What the virtual machines of the local EC2 are like.
void add_vm(CLI::App& command, sim::VmOptions& machines) {
  command
      .add_option("--ssh-port", machines.ssh_port,
                  "with --vm: the port for ssh at the public addresses; default " +
                      std::to_string(machines.ssh_port) + ", which needs root")
      ->type_name("PORT")
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

}  // namespace

void add_sim(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("sim", "run the local EC2");
  Sim& options = parsed.sim;
  command->add_option("--listen", options.listen, "port 0: any; default " + options.listen)
      ->type_name("HOST:PORT");
  command->add_option("--state", options.server.state_dir, "folder for state and disks")
      ->type_name(kFolderType);
  command
      ->add_option("--seed", options.server.seed_file, "JSON file with the resources at the start")
      ->type_name(kFileType);
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

}  // namespace ec2spotter::cli
