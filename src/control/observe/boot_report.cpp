#include "control/observe/boot_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace ec2spotter {
namespace {

constexpr std::string_view kMark = "ec2spotter: ";
constexpr std::array<std::string_view, 8> kStages{"identify", "attach",  "find",  "check",
                                                  "adopt",    "address", "enter", "root"};
constexpr std::array<std::string_view, 6> kResults{"start", "busy", "wait", "ok", "late", "fail"};
constexpr std::string_view kVisitBegins = "identify start";

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The number behind KEY= at the beginning of the line or behind a blank; 0: there is none.
int number_in(std::string_view line, const std::string& key) {
  std::size_t at = line.starts_with(key + "=") ? 0 : line.find(" " + key + "=");
  if (at == std::string_view::npos) return 0;
  line.remove_prefix(line.find('=', at) + 1);
  int number = 0;
  std::from_chars(line.data(), line.data() + line.size(), number);
  return number;
}

bool read_line(std::string_view line, BootReport& report) {
  const std::string_view stage = take_word(line);
  const std::string_view result = take_word(line);
  if (!contains(kStages, stage) || !contains(kResults, result)) return false;
  report = BootReport{};
  report.stage = stage;
  report.result = result;
  if (result == "busy" || result == "wait") {
    report.at_work = std::chrono::seconds(number_in(line, "seconds"));
  }
  if (line.starts_with("reason=")) {
    line.remove_prefix(std::string_view("reason=").size());
    report.reason = take_word(line);
  }
  report.detail = line;
  return true;
}

std::string_view line_at(std::string_view console, std::size_t at) {
  return console.substr(at, console.find_first_of("\r\n", at) - at);
}

// The names of KEY=NAME[,NAME...] in the last line of ours that starts with `stage`.
std::vector<std::string> names_in(std::string_view console, std::string_view stage,
                                  std::string_view key) {
  std::vector<std::string> names;
  const std::size_t at = console.rfind(std::string(kMark) + std::string(stage));
  if (at == std::string_view::npos) return names;
  const std::string_view line = line_at(console, at);
  const std::string prefix = " " + std::string(key) + "=";
  const std::size_t found = line.find(prefix);
  if (found == std::string_view::npos) return names;
  std::string_view rest = line.substr(found + prefix.size());
  std::istringstream list{std::string(take_word(rest))};
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

// From where the last visit to the preboot system begins.
std::string_view last_visit(std::string_view console) {
  const std::size_t visit = console.rfind(std::string(kMark) + std::string(kVisitBegins));
  return visit == std::string_view::npos ? console : console.substr(visit);
}

// Adds what the other lines of the last line's visit say.
void read_visit(std::string_view console, BootReport& report) {
  const std::size_t begin = console.rfind(std::string(kMark) + std::string(kVisitBegins));
  if (begin != std::string_view::npos) {
    console.remove_prefix(begin);
    report.visit = number_in(line_at(console, 0), "visit");
  }
  const std::size_t adopted = console.rfind(std::string(kMark) + "adopt ok");
  report.firmware = names_in(console, "check start", "firmware");
  report.mute = adopted != std::string_view::npos &&
                (line_at(console, adopted).find(" mute=true") != std::string_view::npos);
  const std::size_t stays = console.rfind(std::string(kMark) + "preboot stays");
  const std::size_t entering =
      console.rfind(std::string(kMark) + "enter start engine=pivot by=shim");
  report.stays = stays != std::string_view::npos && !report.root_up() &&
                 (entering == std::string_view::npos || entering < stays);
}

}  // namespace

BootReport read_boot_report(std::string_view console) {
  BootReport report;
  std::string_view rest_of = console;
  while (!rest_of.empty()) {
    const std::size_t at = rest_of.rfind(kMark);
    if (at == std::string_view::npos) break;
    const std::string_view rest = rest_of.substr(at + kMark.size());
    if (read_line(rest.substr(0, rest.find_first_of("\r\n")), report)) break;
    rest_of = rest_of.substr(0, at);
  }
  if (!report.stage.empty()) read_visit(console, report);
  return report;
}

std::vector<std::string> read_pinned_network(std::string_view console) {
  console = last_visit(console);
  auto pinned = names_in(console, "check ok", "pinned");
  const auto loosened = names_in(console, "adopt ok", "loosened");
  std::erase_if(pinned, [&](const std::string& name) { return contains(loosened, name); });
  return pinned;
}

std::vector<std::string> read_unmatched_network(std::string_view console) {
  return names_in(last_visit(console), "check ok", "unmatched");
}

std::vector<std::string> read_foreign_parts(std::string_view console) {
  return names_in(last_visit(console), "root ok", "foreign");
}

}  // namespace ec2spotter
