// The commands for trouble: why a machine is where it is, what it said, a rehearsal.
#include "cli/commands/commands.hpp"
#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/shared_options.hpp"
#include "cli/whole_number.hpp"

namespace ec2spotter::cli {

void add_explain(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "explain", "show why it is there, and what comes next", explain);
}

void add_doctor(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("doctor", "check what a machine needs, name the cures");
  command
      ->add_option("NAME", parsed.doctor.machine,
                   "machine name, or its file; default: the account alone")
      ->type_name(kMachineType);
  command->add_option("--state", parsed.doctor.state, kStateHelp)->type_name(kFolderType);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return doctor(parsed.common, parsed.doctor); }; });
}

void add_bugreport(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("bugreport", "write a file for somebody who is to help, without secrets");
  add_machine(*command, parsed.bugreport.machine);
  command->add_option("--file", parsed.bugreport.file, "the new file; default: named by the time")
      ->type_name(kFileType);
  command->add_option("--state", parsed.bugreport.state, kStateHelp)->type_name(kFolderType);
  command->callback([&parsed] {
    parsed.action = [&parsed] { return bugreport(parsed.common, parsed.bugreport); };
  });
}

void add_console(CLI::App& app, Parsed& parsed) {
  add_on_machine(app, parsed, "console", "print the instance's serial console", console);
}

void add_events(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("events", "print what watches have decided and done");
  command->add_option("NAME", parsed.events.machine, "one machine; default: all")
      ->type_name(kMachineType);
  command->add_option("--state", parsed.events.state, kStateHelp)->type_name(kFolderType);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return events(parsed.common, parsed.events); }; });
}

void add_guest_files(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("guest-files", "show or change what happens to our files on a volume");
  add_machine(*command, parsed.guest_files.machine);
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

void add_drill(CLI::App& app, Parsed& parsed) {
  using std::chrono::seconds;
  Drill& options = parsed.drill;
  CLI::App* command =
      app.add_subcommand("drill", "rehearse an interruption, and compare before and after");
  add_machine(*command, options.machine);
  add_choice(
      *command, "--kind", options.kind,
      {{"notice", DrillKind::notice}, {"rebalance", DrillKind::rebalance}, {"cut", DrillKind::cut}},
      "an interruption notice, a rebalance recommendation alone, or an end without notice");
  command->add_flag("--yes", options.yes, "do not ask for the machine's name");
  const auto usual = std::chrono::duration_cast<seconds>(options.timeout).count();
  command
      ->add_option_function<int>(
          "--within", [&options](int given) { options.timeout = seconds(given); },
          "the machine must be up again in this time; default " + std::to_string(usual))
      ->type_name("SECONDS")
      ->check(whole_number(1, 86400));
  command->add_option("--state", options.state, kStateHelp)->type_name(kFolderType);
  command->callback(
      [&parsed] { parsed.action = [&parsed] { return drill(parsed.common, parsed.drill); }; });
}

}  // namespace ec2spotter::cli
