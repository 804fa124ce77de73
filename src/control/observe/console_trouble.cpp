#include "control/observe/console_trouble.hpp"

#include <array>

namespace ec2spotter {
namespace {

constexpr std::string_view kUp = "ec2spotter: root ok";
constexpr std::array<std::string_view, 5> kGivenUp{
    "Remounting filesystem read-only",        // ext4
    "Filesystem has been shut down",          // XFS
    "Shutting down filesystem",               // XFS before Linux 5.18
    "forced readonly",                        // btrfs
    "remounting read-only due to I/O error",  // f2fs and others
};

// Without the time that the kernel puts before a message.
std::string_view without_time(std::string_view line) {
  if (!line.starts_with('[')) return line;
  const std::size_t end = line.find("] ");
  return end == std::string_view::npos ? line : line.substr(end + 2);
}

}  // namespace

std::string read_console_trouble(std::string_view console) {
  const std::size_t up = console.rfind(kUp);
  if (up == std::string_view::npos) return {};
  console = console.substr(up);
  std::size_t last = std::string_view::npos;
  for (const std::string_view phrase : kGivenUp) {
    const std::size_t at = console.rfind(phrase);
    if (at != std::string_view::npos && (last == std::string_view::npos || at > last)) last = at;
  }
  if (last == std::string_view::npos) return {};
  const std::size_t before = console.find_last_of("\r\n", last);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view line = console.substr(begin, console.find_first_of("\r\n", last) - begin);
  return std::string(without_time(line));
}

}  // namespace ec2spotter
