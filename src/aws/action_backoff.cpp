#include "aws/action_backoff.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirst = 500ms;
constexpr Duration kMost = 60s;

// Throttling without a code of EC2 comes from our own pacing.
bool is_own_trouble(const Error& error) {
  const bool throttled = error.code == Errc::throttled && !error.api_code.empty();
  return throttled || error.code == Errc::transport || error.code == Errc::timeout ||
         error.code == Errc::unreachable;
}

}  // namespace

bool ActionBackoff::is_failing(const std::string& action) const {
  return failing_.contains(action) && !lacks(Cure::shares_of_a_turn);
}

std::optional<Error> ActionBackoff::refusal(const std::string& action, Duration now) const {
  const auto found = failing_.find(action);
  if (lacks(Cure::shares_of_a_turn)) return std::nullopt;
  if (found == failing_.end() || now >= found->second.until) return std::nullopt;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(found->second.until - now);
  return with_context(found->second.last, "it failed " + std::to_string(found->second.times) +
                                              " times in a row and is tried again in " +
                                              std::to_string(seconds.count()) + " s");
}

void ActionBackoff::note_failure(const std::string& action, const Error& error, Duration now) {
  if (!is_own_trouble(error)) return note_success(action);
  Failing& failing = failing_[action];
  failing.until = now + std::min(kMost, kFirst * (1 << std::min(failing.times, 7)));
  failing.last = error;
  ++failing.times;
}

}  // namespace ec2spotter::aws
