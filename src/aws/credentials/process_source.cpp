// credential_process: a command whose output is a JSON document with credentials.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "aws/credentials/json_credentials.hpp"
#include "aws/credentials/sources.hpp"

extern "C" char** environ;  // NOLINT(readability-identifier-naming): POSIX's own name

namespace ec2spotter::aws {
namespace {

constexpr auto kTimeout = std::chrono::seconds{60};
constexpr std::size_t kMaxOutput = 64UL * 1024;

struct Outcome {
  std::string output;
  int status = 0;
};

// Reads until the end, the limit or the deadline; false unless the end was reached.
bool drain(int fd, std::string& output) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  std::array<char, 4096> buffer{};
  while (output.size() < kMaxOutput) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&entry, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return false;
}

Result<pid_t> spawn(const std::vector<std::string>& arguments, const std::array<int, 2>& pipe) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(Errc::io, "cannot run " + arguments[0] + ": " + std::strerror(error));
  }
  return child;
}

Result<Outcome> run(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  const auto child = spawn(arguments, pipe);
  ::close(pipe[1]);
  Outcome outcome;
  const bool ended = child && drain(pipe[0], outcome.output);
  ::close(pipe[0]);
  if (!child) return fail(child.error());
  if (!ended) ::kill(*child, SIGKILL);
  while (::waitpid(*child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) return fail(Errc::timeout, arguments[0] + " did not end within a minute");
  return outcome;
}

}  // namespace

std::optional<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return std::nullopt;
  if (in_word) words.push_back(std::move(word));
  return words;
}

MaybeCredentials credentials_from_process(const SourceContext& context,
                                          const std::string& profile) {
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr) return std::nullopt;
  const std::string command = setting(*section, "credential_process");
  if (command.empty()) return std::nullopt;
  const std::string source = "credential_process of profile '" + profile + "'";
  const auto arguments = split_command(command);
  if (!arguments || arguments->empty()) {
    return fail(Errc::unauthorized, source + " is not a command; correct it");
  }
  TRY(const Outcome outcome, run(*arguments));
  if (outcome.status != 0) {
    return fail(Errc::unauthorized,
                source + " failed; run it by hand to see why: " + arguments->front());
  }
  const auto json = nlohmann::json::parse(outcome.output, nullptr, false);
  if (!json.is_object() || json.value("Version", nlohmann::json{}) != 1) {
    return fail(Errc::malformed_reply, source + " did not print a JSON document of Version 1");
  }
  TRY(Credentials credentials,
      credentials_from_json(outcome.output, {.token = "SessionToken"}, source));
  credentials.renewal = "see what that command needs";
  return credentials;
}

}  // namespace ec2spotter::aws
