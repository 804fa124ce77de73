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

Session::Session(const Common& common)
    : verbosity_(common.quiet ? Verbosity::quiet : Verbosity::normal),
      waiter_(clock_),
      progress_(clock_, verbosity_) {}

Session::~Session() {
  if (ec2_ == nullptr || verbosity_ == Verbosity::quiet) return;
  for (const std::string& warning : ec2_->take_warnings()) {
    fmt::print(stderr, "ec2spotter: warning: {}\n", warning);
  }
}

Result<std::unique_ptr<Session>> Session::open(const Common& common, const std::string& region) {
  std::unique_ptr<Session> session(new Session(common));
  aws::Ec2Options options;
  options.region = given(common.region.empty() ? region : common.region);
  options.profile = given(common.profile);
  options.endpoint_url = given(common.endpoint);
  options.version = EC2SPOTTER_VERSION;
  options.cancelled = [waiter = &session->waiter_] { return waiter->stop_asked(); };
  TRY(session->ec2_,
      aws::make_ec2(std::move(options), aws::process_environment(), session->clock_));
  return session;
}

}  // namespace ec2spotter::cli
