#include "aws/token_bucket.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ec2spotter::aws {
namespace {

// The actions with a bucket of their own.
constexpr auto kOwnBuckets = std::to_array<BucketKind>({
    {"RunInstances", 5, 2},
    {"StartInstances", 5, 2},
    {"TerminateInstances", 100, 5},
    {"CreateTags", 100, 10},
    {"DeleteTags", 100, 10},
    {"CreateVolume", 100, 5},
    {"DeleteVolume", 100, 5},
    {"CreateSnapshot", 100, 5},
    {"DeleteSnapshot", 100, 5},
    {"ReceiveMessage", 100, 100},  // SQS takes thousands
    {"DeleteMessage", 100, 100},
    {"GetParameter", 40, 40},        // SSM's own limit
    {"GetCallerIdentity", 100, 100}  // STS's own, far above what we use
});
// We always page or name ids, so the smaller bucket of unpaged describes never applies.
constexpr BucketKind kReading{"reading", 100, 20};
constexpr BucketKind kChanging{"changing", 50, 5};

}  // namespace

Duration TokenBucket::take(Duration now) {
  const Duration passed = now - updated_.value_or(now);
  const double seconds = std::chrono::duration<double>(passed).count();
  tokens_ = std::min(capacity_, tokens_ + seconds * per_second_) - 1;
  updated_ = now;
  if (tokens_ >= 0) return Duration{0};
  return Duration{static_cast<Duration::rep>(std::ceil(-tokens_ / per_second_ * 1000))};
}

void TokenBucket::give_back() { tokens_ = std::min(capacity_, tokens_ + 1); }

BucketKind bucket_of(std::string_view action) {
  const auto own = std::find_if(kOwnBuckets.begin(), kOwnBuckets.end(),
                                [&](const BucketKind& kind) { return kind.name == action; });
  if (own != kOwnBuckets.end()) return *own;
  const bool reads = action.starts_with("Describe") || action.starts_with("Get");
  return reads ? kReading : kChanging;
}

TokenBucket& RequestLimits::of(std::string_view action) {
  const BucketKind kind = bucket_of(action);
  const auto it = buckets_.find(kind.name);
  if (it != buckets_.end()) return it->second;
  return buckets_.emplace(std::string(kind.name), TokenBucket(kind.capacity, kind.per_second))
      .first->second;
}

}  // namespace ec2spotter::aws
