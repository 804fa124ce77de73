// The client's pace: buckets, and which actions share one.
#include "aws/token_bucket.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

// What a clock that nobody sets shows at the beginning.
constexpr Duration kStart = 1h;

TEST(TokenBucketTest, GivesItsCapacityAtOnceAndThenItsRate) {
  TokenBucket bucket(5, 2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bucket.take(kStart), 0ms);
  EXPECT_EQ(bucket.take(kStart), 500ms);
  EXPECT_EQ(bucket.take(kStart), 1000ms);
  EXPECT_EQ(bucket.take(kStart + 1500ms), 0ms);
}

TEST(TokenBucketTest, NeverHoldsMoreThanItsCapacity) {
  TokenBucket bucket(2, 1);
  EXPECT_EQ(bucket.take(kStart), 0ms);
  EXPECT_EQ(bucket.take(kStart + 24h), 0ms);
  EXPECT_EQ(bucket.take(kStart + 24h), 0ms);
  EXPECT_EQ(bucket.take(kStart + 24h), 1000ms);
}

TEST(TokenBucketTest, ATokenGivenBackIsThereAgain) {
  TokenBucket bucket(1, 1);
  EXPECT_EQ(bucket.take(kStart), 0ms);
  bucket.give_back();
  EXPECT_EQ(bucket.take(kStart), 0ms);
}

// EC2 API reference, "Request throttling".
TEST(TokenBucketTest, TheBucketsHaveEc2sSizes) {
  const auto sizes = [](std::string_view action) {
    const BucketKind kind = bucket_of(action);
    return std::pair(kind.capacity, kind.per_second);
  };
  EXPECT_EQ(sizes("RunInstances"), std::pair(5.0, 2.0));
  EXPECT_EQ(sizes("TerminateInstances"), std::pair(100.0, 5.0));
  EXPECT_EQ(sizes("CreateTags"), std::pair(100.0, 10.0));
  EXPECT_EQ(sizes("AttachVolume"), std::pair(50.0, 5.0));
  EXPECT_EQ(sizes("DescribeInstances"), std::pair(100.0, 20.0));
}

TEST(RequestLimitsTest, ActionsOfOneKindShareABucketAndOthersDoNot) {
  RequestLimits limits;
  for (int i = 0; i < 25; ++i) EXPECT_EQ(limits.take("AttachVolume", kStart), 0ms);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(limits.take("DetachVolume", kStart), 0ms);
  EXPECT_EQ(limits.take("AssociateAddress", kStart), 200ms);
  EXPECT_EQ(limits.take("RunInstances", kStart), 0ms);
}

}  // namespace
}  // namespace ec2spotter::aws
