#include "control/boot_report.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace ec2spotter {
namespace {

constexpr std::string_view kMark = "ec2spotter: ";
constexpr std::array<std::string_view, 8> kStages{"identify", "attach",  "find",  "check",
                                                  "adopt",    "address", "enter", "root"};
constexpr std::array<std::string_view, 3> kResults{"start", "ok", "fail"};

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

bool read_line(std::string_view line, BootReport& report) {
  const std::string_view stage = take_word(line);
  const std::string_view result = take_word(line);
  if (!contains(kStages, stage) || !contains(kResults, result)) return false;
  report = {.stage = std::string(stage), .result = std::string(result), .reason = {}, .detail = {}};
  if (line.starts_with("reason=")) {
    line.remove_prefix(std::string_view("reason=").size());
    report.reason = take_word(line);
  }
  report.detail = line;
  return true;
}

// The names of KEY=NAME[,NAME...] in the last line of ours that starts with `stage`.
std::vector<std::string> names_in(std::string_view console, std::string_view stage,
                                  std::string_view key) {
  std::vector<std::string> names;
  const std::size_t at = console.rfind(std::string(kMark) + std::string(stage));
  if (at == std::string_view::npos) return names;
  const std::string_view line = console.substr(at, console.find_first_of("\r\n", at) - at);
  const std::string prefix = " " + std::string(key) + "=";
  const std::size_t found = line.find(prefix);
  if (found == std::string_view::npos) return names;
  std::string_view rest = line.substr(found + prefix.size());
  std::istringstream list{std::string(take_word(rest))};
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

}  // namespace

BootReport read_boot_report(std::string_view console) {
  BootReport report;
  while (!console.empty()) {
    const std::size_t at = console.rfind(kMark);
    if (at == std::string_view::npos) break;
    const std::string_view rest = console.substr(at + kMark.size());
    if (read_line(rest.substr(0, rest.find_first_of("\r\n")), report)) break;
    console = console.substr(0, at);
  }
  return report;
}

std::vector<std::string> read_pinned_network(std::string_view console) {
  const std::size_t visit = console.rfind(std::string(kMark) + "identify start");
  if (visit != std::string_view::npos) console = console.substr(visit);
  auto pinned = names_in(console, "check ok", "pinned");
  const auto loosened = names_in(console, "adopt ok", "loosened");
  std::erase_if(pinned, [&](const std::string& name) { return contains(loosened, name); });
  return pinned;
}

}  // namespace ec2spotter
