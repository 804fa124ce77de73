// `bugreport`: writes what somebody else needs to understand a machine's trouble into one text file
// that holds no secret and no account id, so that a person can read all of it before sending it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands/bugreport/redaction.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/state_folder.hpp"
#include "control/loop/journal.hpp"

namespace ec2spotter::cli {
namespace {

constexpr std::size_t kReplyMost = 32UL * 1024;  // of each reply; a region can have many things
constexpr std::size_t kConsoleMost = 32UL * 1024;
constexpr std::size_t kEventsMost = 200;

// What the sections say, in their order.
class Report {
 public:
  void add(const std::string& heading, const std::string& text) {
    text_ += fmt::format("==== {}\n{}\n\n", heading, text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Its beginning and its end, where it is longer than `most`.
std::string middle_left_out(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  return text.substr(0, most / 2) + "\n[...]\n" + text.substr(text.size() - most / 2);
}

// Each element of an XML reply on a line of its own.
std::string in_lines(const std::string& reply) {
  std::string out;
  for (std::size_t i = 0; i < reply.size(); ++i) {
    out += reply[i];
    if (reply[i] == '>' && i + 1 < reply.size() && reply[i + 1] == '<') out += '\n';
  }
  return out;
}

std::string versions() {
  utsname host{};
  uname(&host);
  return fmt::format("ec2-spotter {}\n{} {} {}", EC2SPOTTER_VERSION, host.sysname, host.release,
                     host.machine);
}

std::string machine_file_text(const Common& common, const std::string& argument) {
  const std::string path = machine_file_path(common, argument);
  if (path.empty()) return "none was found";
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string events_text(const std::string& machine, const std::string& state) {
  const auto events = Journal(state_folder(state)).read(machine);
  if (!events) return events.error().describe();
  std::string text;
  const std::size_t first = events->size() - std::min(events->size(), kEventsMost);
  for (std::size_t i = first; i < events->size(); ++i) text += to_text_line((*events)[i]) + "\n";
  return text;
}

std::string console_text(const MachineReport& report, aws::Ec2& ec2) {
  if (report.body.empty()) return "the machine has no instance";
  const auto console = ec2.console_output(InstanceId(report.body));
  return console ? middle_left_out(console->text, kConsoleMost) : console.error().describe();
}

// Nobody else may read it, and no other file is written over.
Result<void> write_new(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Errc::io, path + " cannot be made: " + std::strerror(errno) +
                              "; name another file with --file");
  }
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t some = ::write(fd, text.data() + done, text.size() - done);
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) break;
    done += static_cast<std::size_t>(some);
  }
  const bool closed = ::close(fd) == 0;
  if (done == text.size() && closed) return {};
  return fail(Errc::io, path + " cannot be written: " + std::strerror(errno));
}

std::string file_of(const BugReport& options, const std::string& machine, TimePoint now) {
  if (!options.file.empty()) return options.file;
  std::string time = format_iso8601(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("ec2spotter-bugreport-{}-{}.txt", machine, time);
}

// What EC2 answers goes into the report, whether it makes sense to the program or not.
void add_state(OpenMachine& open, Report& report) {
  auto looked = look(open, PoolsAsked::yes);
  if (!looked) return report.add("the machine", looked.error().describe());
  report.add("the machine",
             explanation(*looked).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  report.add("its instance's console", console_text(looked->report(), open.session->ec2()));
}

}  // namespace

Result<void> bugreport(const Common& common, const BugReport& options) {
  std::string replies;
  const auto keep = [&replies](const std::string& action, const std::string& reply) {
    replies += fmt::format("---- {}\n{}\n", action, middle_left_out(in_lines(reply), kReplyMost));
  };
  TRY(OpenMachine open, open_machine(common, options.machine, {.on_reply = keep}));
  const std::string& name = open.found.machine.name.str();
  Report report;
  report.add("versions", versions());
  report.add("machine file", machine_file_text(common, options.machine));
  report.add("region", open.session->client().region());
  add_state(open, report);
  report.add("journal of the watch", events_text(name, options.state));
  report.add("EC2's answers", replies);
  const std::string file = file_of(options, name, open.session->client().clock().now());
  TRY_VOID(write_new(file, redacted(report.text())));
  fmt::print("{}\n", file);
  return {};
}

}  // namespace ec2spotter::cli
