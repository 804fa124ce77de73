#include "control/loop/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kBytesMost = 8 << 20;
constexpr int kFormerFiles = 4;

std::optional<Event> parse_event(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto time = parse_iso8601(text("time"));
  if (!time) return std::nullopt;
  Event event{.time = *time,
              .machine = text("machine"),
              .kind = text("kind"),
              .reason = text("reason"),
              .detail = text("detail"),
              .steps = {}};
  if (const auto steps = json.find("steps"); steps != json.end() && steps->is_array()) {
    for (const auto& step : *steps) {
      if (step.is_string()) event.steps.push_back(step.get<std::string>());
    }
  }
  return event;
}

}  // namespace

std::string to_text_line(const Event& event) {
  return fmt::format("{}  {:<16} {}: {}", format_iso8601(event.time),
                     event.machine.empty() ? "-" : event.machine, event.reason, event.detail);
}

std::string to_json_line(const Event& event) {
  nlohmann::ordered_json json{{"time", format_iso8601(event.time, Fraction::milliseconds)},
                              {"machine", event.machine},
                              {"kind", event.kind},
                              {"reason", event.reason},
                              {"detail", event.detail}};
  if (!event.steps.empty()) json["steps"] = event.steps;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

fs::path Journal::file(int age) const {
  return folder_ / (age == 0 ? "events.jsonl" : "events." + std::to_string(age) + ".jsonl");
}

void Journal::rotate() const {
  std::error_code ignored;
  if (fs::file_size(file(0), ignored) < kBytesMost || ignored) return;
  for (int age = kFormerFiles; age > 0; --age) fs::rename(file(age - 1), file(age), ignored);
}

Result<void> Journal::append(const Event& event) {
  rotate();
  const std::string line = to_json_line(event) + "\n";
  const int fd = ::open(file(0).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  const bool written =
      fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (written) return {};
  return fail(Errc::io, file(0).string() + " cannot be written: " + std::strerror(error));
}

Result<std::vector<Event>> Journal::read(const std::string& machine) const {
  std::vector<Event> events;
  for (int age = kFormerFiles; age >= 0; --age) {
    std::error_code ignored;
    if (!fs::exists(file(age), ignored)) continue;
    std::ifstream in(file(age));
    if (!in) return fail(Errc::io, file(age).string() + " cannot be read");
    for (std::string line; std::getline(in, line);) {
      auto event = parse_event(line);
      if (event && (machine.empty() || event->machine == machine)) {
        events.push_back(std::move(*event));
      }
    }
  }
  return events;
}

}  // namespace ec2spotter
