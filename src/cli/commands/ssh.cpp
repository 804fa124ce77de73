// `ssh`: finds the machine's address and replaces this process with an ssh client.
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/hosts/ssh_words.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/body_choice.hpp"

namespace ec2spotter::cli {

Result<void> ssh(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const Considered looked, look(open));
  const Observation& seen = looked.seen();
  const Machine& machine = open.found.machine;
  const Instance* body = choose_body(machine, seen);
  if (body == nullptr) return fail(no_instance(machine));
  const std::string& host = host_of(*body, seen);
  if (host.empty()) {
    return fail(Errc::not_found, body->id.str() + " has no public address, so ssh cannot reach it");
  }
  std::vector<std::string> words = ssh_words(machine, host, {}, options.arguments);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  open.session.reset();  // gives ssh the signals back
  ::execvp("ssh", arguments.data());
  return fail(Errc::io, "the program ssh cannot be started; install openssh-client");
}

}  // namespace ec2spotter::cli
