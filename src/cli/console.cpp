#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "control/drive.hpp"

namespace ec2spotter::cli {
namespace {

// The newest body of the machine, living ones first.
Result<Instance> newest_body(const Observation& seen, const std::string& name) {
  const Instance* best = nullptr;
  const auto rank = [](const Instance& body) {
    return std::pair(body.state == InstanceState::running, body.launch_time);
  };
  for (const Instance& body : seen.bodies) {
    if (best == nullptr || rank(*best) < rank(body)) best = &body;
  }
  if (best == nullptr) {
    return fail(Errc::not_found, "machine '" + name + "' has no body; bring it up with `resume`");
  }
  return *best;
}

}  // namespace

Result<void> console(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const Observation& seen = considered.look.seen;
  TRY(const Instance body, newest_body(seen, options.machine));
  TRY(const auto output, open.session->ec2().console_output(body.id));
  fmt::print("{}", output.text);
  return {};
}

Result<void> ssh(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const Observation& seen = considered.look.seen;
  TRY(const Instance body, newest_body(seen, options.machine));
  const std::string host = seen.address ? seen.address->public_ip : body.public_ip;
  if (host.empty()) {
    return fail(Errc::not_found, body.id.str() + " has no public address to reach it at");
  }
  const Machine& machine = open.found.machine;
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
  return fail(Errc::io, "ssh cannot be started; install openssh-client");
}

}  // namespace ec2spotter::cli
