// EC2's request limits, as a client keeps them. Pure.
// Source: EC2 API reference, "Request throttling for the Amazon EC2 API".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace ec2spotter::aws {

class TokenBucket {
 public:
  // Holds at most `capacity` tokens, full at first, and gains `per_second` of them.
  TokenBucket(double capacity, double per_second)
      : capacity_(capacity), per_second_(per_second), tokens_(capacity) {}

  // Takes one token; how long to wait for it from `now`, a time of the monotonic clock; zero when
  // it is there already.
  Duration take(Duration now);
  // Gives the last token back, for a call that was not made.
  void give_back();

 private:
  double capacity_;
  double per_second_;
  double tokens_;  // below zero: taken ahead of time
  std::optional<Duration> updated_;
};

// The bucket that an action draws from, and its size.
struct BucketKind {
  std::string_view name;
  double capacity = 0;
  double per_second = 0;
};
BucketKind bucket_of(std::string_view action);

// One bucket for each kind that has been used.
class RequestLimits {
 public:
  Duration take(std::string_view action, Duration now) { return of(action).take(now); }
  void give_back(std::string_view action) { of(action).give_back(); }

 private:
  TokenBucket& of(std::string_view action);
  std::map<std::string, TokenBucket, std::less<>> buckets_;
};

}  // namespace ec2spotter::aws
