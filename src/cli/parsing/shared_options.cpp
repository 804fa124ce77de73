#include "cli/parsing/shared_options.hpp"

#include <chrono>

#include "cli/whole_number.hpp"

namespace ec2spotter::cli {

void add_timeout(CLI::App& command, Duration& timeout, int least) {
  using std::chrono::minutes;
  const auto usual = std::chrono::duration_cast<minutes>(timeout).count();
  command
      .add_option_function<int>(
          "--timeout", [&timeout](int given) { timeout = minutes(given); },
          "default " + std::to_string(usual))
      ->type_name("MINUTES")
      ->check(whole_number(least, 1440));
}

void add_waiting(CLI::App& command, Waiting& waiting) {
  command.add_flag("--no-wait", waiting.no_wait, "return when the only thing left is to wait");
  add_timeout(command, waiting.timeout);
}

void add_machine(CLI::App& command, std::string& machine) {
  command.add_option("NAME", machine, "machine name, or its file")
      ->type_name(kMachineType)
      ->required();
}

CLI::App* add_on_machine(CLI::App& app, Parsed& parsed, const std::string& name,
                         const std::string& about, MachineCommand run) {
  CLI::App* command = app.add_subcommand(name, about);
  add_machine(*command, parsed.on_machine.machine);
  command->callback([&parsed, run] {
    parsed.action = [&parsed, run] { return run(parsed.common, parsed.on_machine); };
  });
  return command;
}

}  // namespace ec2spotter::cli
