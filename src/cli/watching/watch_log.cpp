#include "cli/watching/watch_log.hpp"

#include <fmt/format.h>

#include <utility>

namespace ec2spotter::cli {
namespace {

// EC2's own code, where there is one.
std::string code_of(const Error& error) {
  return error.api_code.empty() ? std::string(to_string(error.code)) : error.api_code;
}

}  // namespace

void WatchLog::on_decision(const Machine& machine, const Decision& decision) {
  const std::lock_guard lock(mutex_);
  const std::string reason(to_string(decision.reason));
  if (!is_new(machine, reason + decision.detail)) return;
  Event event = make_event(machine.name.str(), "decision", reason, decision.detail);
  for (const Step& step : decision.steps) event.steps.push_back(describe(step));
  write(event);
}

void WatchLog::on_step_failed(const Machine& machine, const Step& step, const Error& error) {
  if (error.code == Errc::interrupted) return;
  const std::lock_guard lock(mutex_);
  write(make_event(machine.name.str(), "step_failed", code_of(error),
                   describe(step) + ": " + error.describe()));
}

void WatchLog::on_trouble(const Error& error) {
  if (error.code == Errc::interrupted) return;
  const std::lock_guard lock(mutex_);
  write(make_event("", "trouble", code_of(error), error.describe()));
}

void WatchLog::on_machine_trouble(const Machine& machine, const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!is_new(machine, error.describe())) return;
  write(make_event(machine.name.str(), "trouble", code_of(error), error.describe()));
}

void WatchLog::say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  write(make_event("", "files", "note", text));
}

Event WatchLog::make_event(std::string machine, std::string kind, std::string reason,
                           std::string detail) {
  return {.time = clock_.now(),
          .machine = std::move(machine),
          .kind = std::move(kind),
          .reason = std::move(reason),
          .detail = std::move(detail),
          .steps = {}};
}

bool WatchLog::is_new(const Machine& machine, const std::string& what) {
  return std::exchange(last_[{machine.region, machine.owner, machine.name}], what) != what;
}

void WatchLog::write(const Event& event) {
  if (!quiet_) fmt::print(stderr, "{}\n", to_text_line(event));
  const auto kept = journal_.append(event);
  if (!kept && !journal_failed_) {
    fmt::print(stderr, "ec2spotter: warning: {}\n", kept.error().describe());
  }
  journal_failed_ = !kept;
}

}  // namespace ec2spotter::cli
