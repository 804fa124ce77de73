// Human progress on stderr: one line per new decision, with the time since the command began.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

enum class Verbosity { quiet, normal };

class Progress final : public Reporter {
 public:
  Progress(const Clock& clock, Verbosity verbosity);
  void on_decision(const Machine& machine, const Decision& decision) override;
  void on_step_failed(const Machine& machine, const Step& step, const Error& error) override;
  void on_trouble(const Error& error) override;

 private:
  void print(const std::string& line);

  const Clock& clock_;
  Duration start_;
  Verbosity verbosity_;
  std::string last_;
};

}  // namespace ec2spotter::cli
