#include "cli/session.hpp"

#include <fmt/format.h>

#include <utility>

#include "aws/config/environment.hpp"

namespace ec2spotter::cli {
namespace {

std::optional<std::string> given(const std::string& value) {
  return value.empty() ? std::nullopt : std::optional(value);
}

}  // namespace

Session::Session(const Common& common, std::function<bool()> cancelled)
    : cancelled_(std::move(cancelled)),
      verbosity_(common.quiet ? Verbosity::quiet : Verbosity::normal),
      progress_(clock_, verbosity_) {
  if (cancelled_) {
    waiter_ = std::make_unique<CancelledWaiter>(cancelled_);
    return;
  }
  auto signals = std::make_unique<SignalWaiter>();
  cancelled_ = [waiter = signals.get()] { return waiter->stop_asked(); };
  waiter_ = std::move(signals);
}

Session::~Session() {
  if (ec2_ == nullptr || verbosity_ == Verbosity::quiet) return;
  for (const std::string& warning : ec2_->take_warnings()) {
    fmt::print(stderr, "ec2spotter: warning: {}\n", warning);
  }
}

Result<std::unique_ptr<Session>> Session::open(const Common& common, const std::string& region,
                                               const Conduct& conduct) {
  std::unique_ptr<Session> session(new Session(common, conduct.cancelled));
  aws::Ec2Options options;
  options.region = given(common.region.empty() ? region : common.region);
  options.profile = given(common.profile);
  options.endpoint_url = given(common.endpoint);
  options.version = EC2SPOTTER_VERSION;
  options.cancelled = session->cancelled_;
  options.reading_deadline = conduct.reading_deadline;
  options.deadline = conduct.changing_deadline;
  options.on_reply = conduct.on_reply;
  TRY(session->ec2_,
      aws::make_ec2(std::move(options), aws::process_environment(), session->clock_));
  return session;
}

}  // namespace ec2spotter::cli
