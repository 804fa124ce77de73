#include "cli/commands/drill/guest.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <sstream>
#include <string_view>

#include "aws/credentials/child.hpp"
#include "base/sha256.hpp"
#include "cli/hosts/ssh_words.hpp"

namespace ec2spotter::cli {
namespace {

constexpr Duration kSshLimit = std::chrono::seconds(60);

constexpr std::string_view kMark = "ec2spotter-drill ";

// One name for all drills: what a drill that was cut off has left is written anew by the next one.
constexpr const char* kFile = "f=$HOME/.ec2spotter-drill; ";

// The folder is synced as well, as it holds the file's name; `sync` without arguments where it
// takes none.
constexpr const char* kSync = "{ sync \"$f\" \"$HOME\" 2>/dev/null || sync; }; ";

constexpr const char* kTell =
    "echo \"ec2spotter-drill machine-id $(cat /etc/machine-id 2>/dev/null)\"; "
    "echo \"ec2spotter-drill file $(cat \"$f\" 2>/dev/null)\"; "
    "echo \"ec2spotter-drill end\"";

std::string fresh_content() {
  std::random_device random;
  std::string seed;
  for (int i = 0; i < 8; ++i) seed += std::to_string(random()) + " ";
  return sha256_hex(seed);
}

// As known_hosts names it.
std::string name_in_known_hosts(const Machine& machine, const std::string& host) {
  if (machine.ssh_port == Machine{}.ssh_port) return host;
  return "[" + host + "]:" + std::to_string(machine.ssh_port);
}

// `script` has no single quotes, and whatever shell the user has starts sh for it.
Result<GuestFacts> run_there(const Machine& machine, const std::string& host,
                             std::vector<std::string> options, const std::string& script) {
  options.insert(options.end(), {"-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o",
                                 "ServerAliveInterval=5", "-o", "LogLevel=ERROR"});
  std::vector<std::string> words{"sh", "-c", "exec \"$0\" \"$@\" 2>&1"};
  const auto ssh = ssh_words(machine, host, options, {"exec sh -c '" + script + "'"});
  words.insert(words.end(), ssh.begin(), ssh.end());
  TRY(const aws::ChildOutcome outcome, aws::run_child(words, kSshLimit));
  if (auto facts = parse_guest(outcome.output)) return *facts;
  return fail(Errc::io, "ssh cannot enter " + host + ": " + last_words(outcome.output));
}

}  // namespace

Result<GuestFacts> write_probe_file(const Machine& machine, const std::string& host) {
  const std::string write =
      "umask 077; " + std::string(kFile) + "echo " + fresh_content() + " > \"$f\"; ";
  return run_there(machine, host, {}, write + kSync + kTell);
}

Result<GuestFacts> take_probe_file(const Machine& machine, const std::string& host,
                                   const std::string& known_as) {
  std::vector<std::string> options;
  if (known_as != host) {
    options = {"-o", "HostKeyAlias=" + name_in_known_hosts(machine, known_as)};
  }
  return run_there(machine, host, options, std::string(kFile) + kTell + "; rm -f \"$f\"");
}

std::optional<GuestFacts> parse_guest(const std::string& output) {
  GuestFacts facts;
  std::istringstream lines(output);
  bool ended = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kMark)) continue;
    const std::string said = line.substr(kMark.size());
    const std::string value = said.substr(std::min(said.find(' ') + 1, said.size()));
    if (said.starts_with("machine-id ")) facts.machine_id = value;
    if (said.starts_with("file ")) facts.probe_file = value;
    ended = ended || said == "end";
  }
  return ended ? std::optional(facts) : std::nullopt;
}

std::string last_words(const std::string& output) {
  std::istringstream lines(output);
  std::string last = "it said nothing";
  for (std::string line; std::getline(lines, line);) {
    while (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace ec2spotter::cli
