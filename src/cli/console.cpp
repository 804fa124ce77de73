#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "control/drive.hpp"
#include "plan/address_choice.hpp"
#include "plan/body_choice.hpp"
#include "plan/body_history.hpp"

namespace ec2spotter::cli {
namespace {

Error no_instance(const Machine& machine) {
  return {
      .code = Errc::not_found,
      .message = "machine '" + machine.name.str() + "' has no instance; run `resume` to start one"};
}

}  // namespace

Result<void> console(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const Observation& seen = considered.look.seen;
  const Instance* body = choose_body(open.found.machine, seen);
  // The console of an ended instance may show why it ended.
  if (body == nullptr) body = newest_body(seen);
  if (body == nullptr) return fail(no_instance(open.found.machine));
  TRY(const auto output, open.session->ec2().console_output(body->id));
  fmt::print("{}", output.text);
  return {};
}

Result<void> ssh(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const Observation& seen = considered.look.seen;
  const Machine& machine = open.found.machine;
  const Instance* body = choose_body(machine, seen);
  if (body == nullptr) return fail(no_instance(machine));
  const std::string& host = host_of(*body, seen);
  if (host.empty()) {
    return fail(Errc::not_found, body->id.str() + " has no public address, so ssh cannot reach it");
  }
  std::vector<std::string> words{"ssh"};
  if (machine.ssh_port != 22) {
    words.insert(words.end(), {"-p", std::to_string(machine.ssh_port)});
  }
  words.push_back(machine.ssh_user + "@" + host);
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  open.session.reset();  // gives ssh the signals back
  ::execvp("ssh", arguments.data());
  return fail(Errc::io, "the program ssh cannot be started; install openssh-client");
}

}  // namespace ec2spotter::cli
