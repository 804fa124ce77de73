// Notes the phases of a recovery beside the usual progress.
#pragma once

#include "cli/commands/drill/phases.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

class PhaseReporter final : public Reporter {
 public:
  // `start` is when the interruption began, by `clock`; all three outlive this.
  PhaseReporter(Reporter& usual, Phases& phases, const Clock& clock, Duration start)
      : usual_(usual), phases_(phases), clock_(clock), start_(start) {}

  void on_look(const Machine& machine, const Observation& seen) override {
    phases_.take(machine, seen, clock_.running() - start_);
  }
  void on_decision(const Machine& machine, const Decision& decision) override {
    phases_.take(decision, clock_.running() - start_);
    usual_.on_decision(machine, decision);
  }
  void on_step_failed(const Machine& machine, const Step& step, const Error& error) override {
    usual_.on_step_failed(machine, step, error);
  }
  void on_trouble(const Error& error) override { usual_.on_trouble(error); }

 private:
  Reporter& usual_;
  Phases& phases_;
  const Clock& clock_;
  Duration start_;
};

}  // namespace ec2spotter::cli
