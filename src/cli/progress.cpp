#include "cli/progress.hpp"

#include <fmt/format.h>

namespace ec2spotter::cli {

Progress::Progress(const Clock& clock, Verbosity verbosity)
    : clock_(clock), start_(clock.running()), verbosity_(verbosity) {}

void Progress::on_decision(const Machine& machine, const Decision& decision) {
  const std::string line =
      fmt::format("{}: {}: {}", machine.name.str(), to_string(decision.reason), decision.detail);
  if (line == last_) return;
  last_ = line;
  print(line);
}

void Progress::on_step_failed(const Machine& machine, const Step& step, const Error& error) {
  print(fmt::format("{}: {} failed: {}", machine.name.str(), describe(step), error.describe()));
}

void Progress::on_trouble(const Error& error) { print(error.describe()); }

void Progress::print(const std::string& line) {
  if (verbosity_ == Verbosity::quiet) return;
  const double seconds = static_cast<double>((clock_.running() - start_).count()) / 1000.0;
  fmt::print(stderr, "{:7.1f}s {}\n", seconds, line);
}

}  // namespace ec2spotter::cli
