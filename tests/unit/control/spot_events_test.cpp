// EC2's announcements as EventBridge writes them, whole and cut off.
#include "control/observe/spot_events.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ec2spotter {
namespace {

// In the form of EC2's documented sample events.
const std::string kRebalance = R"({
  "version": "0", "id": "12345678-1234-1234-1234-123456789012",
  "detail-type": "EC2 Instance Rebalance Recommendation", "source": "aws.ec2",
  "account": "123456789012", "time": "2026-03-01T12:00:00Z", "region": "us-east-2",
  "resources": ["arn:aws:ec2:us-east-2:123456789012:instance/i-1234567890abcdef0"],
  "detail": {"instance-id": "i-1234567890abcdef0"}})";
const std::string kWarning = R"({
  "version": "0", "id": "12345678-1234-1234-1234-123456789012",
  "detail-type": "EC2 Spot Instance Interruption Warning", "source": "aws.ec2",
  "account": "123456789012", "time": "2026-03-01T12:00:00Z", "region": "us-east-2",
  "resources": ["arn:aws:ec2:us-east-2a:instance/i-1234567890abcdef0"],
  "detail": {"instance-id": "i-1234567890abcdef0", "instance-action": "terminate"}})";

// `text` with the first `part` replaced.
std::string with(std::string text, const std::string& part, const std::string& other) {
  return text.replace(text.find(part), part.size(), other);
}

TEST(SpotEventsTest, ReadsTheTwoEventsThatConcernUs) {
  const InstanceId instance("i-1234567890abcdef0");
  EXPECT_EQ(parse_spot_event(kRebalance), (SpotEvent{SpotEvent::Kind::rebalance, instance}));
  EXPECT_EQ(parse_spot_event(kWarning), (SpotEvent{SpotEvent::Kind::warning, instance}));
}

TEST(SpotEventsTest, WhatIsForeignOrMalformedIsNothing) {
  EXPECT_EQ(parse_spot_event(with(kWarning, "EC2 Spot Instance Interruption Warning",
                                  "EC2 Spot Instance Request Fulfillment")),
            std::nullopt);
  EXPECT_EQ(parse_spot_event(with(kWarning, "aws.ec2", "my.app")), std::nullopt);
  EXPECT_EQ(parse_spot_event(with(kWarning, "instance-id", "instance")), std::nullopt);
  const std::string id = "\"instance-id\": \"i-1234567890abcdef0\"";
  for (const char* other : {"\"instance-id\": 7", "\"instance-id\": null", "\"instance-id\": \"\"",
                            "\"instance-id\": \"i-\"", "\"instance-id\": \"vol-1\"",
                            "\"instance-id\": \"i-1\\n2\"", "\"instance-id\": [\"i-1\"]"}) {
    EXPECT_EQ(parse_spot_event(with(kWarning, id, other)), std::nullopt) << other;
  }
  for (const char* text : {"", "null", "7", "[]", "{}", "\"aws.ec2\"", "\xff",
                           R"({"source": "aws.ec2", "detail-type": 7, "detail": []})",
                           R"({"source": "aws.ec2", "detail":
                               "EC2 Spot Instance Interruption Warning"})"}) {
    EXPECT_EQ(parse_spot_event(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_spot_event(std::string(100'000, '[')), std::nullopt);
}

TEST(SpotEventsTest, EveryTruncationIsNothing) {
  for (std::size_t length = 0; length < kWarning.size(); ++length) {
    EXPECT_EQ(parse_spot_event(kWarning.substr(0, length)), std::nullopt) << length;
  }
}

}  // namespace
}  // namespace ec2spotter
