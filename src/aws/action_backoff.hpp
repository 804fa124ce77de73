// Actions that have failed lately: each is not called for a while, so that trouble with one action
// costs the others no time. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

class ActionBackoff {
 public:
  // Why `action` is not called at `now`, a time of the monotonic clock; nullopt: it may be called.
  std::optional<Error> refusal(const std::string& action, Duration now) const;
  // Has it failed ever since it last worked?
  bool is_failing(const std::string& action) const;
  // Takes in how a call ended. Only the action's own trouble counts: throttling, a server's error,
  // no answer in time. Any other answer shows that the action works.
  void note_success(const std::string& action) { failing_.erase(action); }
  void note_failure(const std::string& action, const Error& error, Duration now);

 private:
  struct Failing {
    int times = 0;
    Duration until{};
    Error last;
  };
  std::map<std::string, Failing> failing_;
};

}  // namespace ec2spotter::aws
