#include "cli/hosts/ssh_words.hpp"

namespace ec2spotter::cli {

std::vector<std::string> ssh_words(const Machine& machine, const std::string& host,
                                   const std::vector<std::string>& options,
                                   const std::vector<std::string>& command) {
  std::vector<std::string> words{"ssh"};
  words.insert(words.end(), options.begin(), options.end());
  if (machine.ssh_port != Machine{}.ssh_port) {
    words.insert(words.end(), {"-p", std::to_string(machine.ssh_port)});
  }
  words.push_back(machine.ssh_user + "@" + host);
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace ec2spotter::cli
