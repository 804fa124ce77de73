#include "control/boot_report.hpp"

#include <algorithm>
#include <array>

namespace ec2spotter {
namespace {

constexpr std::string_view kMark = "ec2spotter: ";
constexpr std::array<std::string_view, 6> kStages{"identify", "find",  "check",
                                                  "adopt",    "enter", "root"};
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

}  // namespace ec2spotter
