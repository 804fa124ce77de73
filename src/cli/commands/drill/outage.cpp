#include "cli/commands/drill/outage.hpp"

namespace ec2spotter::cli {

void OutageMeter::take(Duration at, bool answers) {
  if (!answers && !out_) out_ = Gap{.begun = at, .time = Duration::zero(), .ended = false};
  if (!out_) return;
  out_->time = at - out_->begun;
  if (!answers) return;
  out_->ended = true;
  if (!longest_ || out_->time > longest_->time) longest_ = out_;
  out_.reset();
}

std::optional<Gap> OutageMeter::longest() const { return out_ ? out_ : longest_; }

}  // namespace ec2spotter::cli
