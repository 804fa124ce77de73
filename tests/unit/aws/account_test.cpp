// What an account may do, asked over a scripted network: above all, dry runs stay dry.
#include "aws/account/account.hpp"

#include <gtest/gtest.h>

#include "aws/ec2_client.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

class AccountTest : public testing::Test {
 protected:
  AccountTest() {
    auto transport = std::make_unique<ScriptedTransport>();
    http = transport.get();
    Ec2Options options;
    options.http = std::move(transport);
    options.sleeper = std::make_unique<VirtualSleeper>(clock);
    ec2 = *make_ec2(std::move(options),
                    environment_of({{"AWS_ACCESS_KEY_ID", "AKIDTEST"},
                                    {"AWS_SECRET_ACCESS_KEY", "the-secret"},
                                    {"AWS_REGION", "us-east-1"}}),
                    clock);
    account = *ec2->account();
  }

  ManualClock clock{kNow};
  ScriptedTransport* http = nullptr;
  std::unique_ptr<Ec2Client> ec2;
  std::unique_ptr<Account> account;
};

const RightsSubject kSubject{.root = VolumeId("vol-1"),
                             .root_tags = {{"ec2spotter:machine", "web"}},
                             .device = "/dev/sdf",
                             .instance = InstanceId("i-1"),
                             .address = AllocationId("eipalloc-1"),
                             .replaces = true,
                             .stops = true,
                             .restarts = true,
                             .snapshots = true};
constexpr std::size_t kCallsOfSubject = 11;

constexpr const char* kAcknowledged =
    "<CreateTagsResponse><return>true</return></CreateTagsResponse>";

TEST_F(AccountTest, EachRightIsTriedByADryRun) {
  for (std::size_t i = 0; i < kCallsOfSubject; ++i) {
    http->then(412, ec2_error("DryRunOperation", "Request would have succeeded"));
  }
  const auto tried = account->try_rights(kSubject);
  ASSERT_EQ(tried.size(), kCallsOfSubject);
  for (const RightTried& each : tried) EXPECT_TRUE(each.answer) << each.action;
  for (const HttpRequest& request : http->requests) {
    EXPECT_NE(request.body.find("DryRun=true"), std::string::npos) << request.body;
  }
}

TEST_F(AccountTest, AnEndpointThatDoesNotKnowDryRunsGetsOneHarmlessCall) {
  http->then(200, kAcknowledged);
  const auto tried = account->try_rights(kSubject);
  ASSERT_EQ(http->requests.size(), 1U);
  EXPECT_NE(http->requests.front().body.find("Action=CreateTags"), std::string::npos);
  ASSERT_EQ(tried.size(), 1U);
  EXPECT_FALSE(tried.front().answer);
}

TEST_F(AccountTest, NothingElseIsTriedBeforeADryRunWasAnswered) {
  http->then(403, ec2_error("UnauthorizedOperation", "You are not authorized"));
  const auto tried = account->try_rights(kSubject);
  ASSERT_EQ(tried.size(), 1U);
  ASSERT_FALSE(tried.front().answer);
  EXPECT_EQ(tried.front().answer.error().code, Errc::unauthorized);
  EXPECT_EQ(http->requests.size(), 1U);
}

TEST_F(AccountTest, WithoutAnInstanceNothingOfInstancesIsTried) {
  RightsSubject subject = kSubject;
  subject.instance = {};
  http->then(412, ec2_error("DryRunOperation", "Request would have succeeded"));
  http->then(412, ec2_error("DryRunOperation", "Request would have succeeded"));
  EXPECT_EQ(account->try_rights(subject).size(), 2U);
  EXPECT_TRUE(account->try_rights({}).empty());
}

TEST_F(AccountTest, AQuotaIsReadAndAWrongReplyRefused) {
  http->then(200, R"({"Quota":{"QuotaCode":"L-34B43A08","Value":32.0}})");
  EXPECT_EQ(account->ec2_quota("L-34B43A08"), Result<double>(32.0));
  EXPECT_EQ(http->requests.back().url, "https://servicequotas.us-east-1.amazonaws.com/");
  for (const char* wrong : {"[]", "{}", R"({"Quota":[]})", R"({"Quota":{"Value":"32"}})"}) {
    http->then(200, wrong);
    const auto read = account->ec2_quota("L-34B43A08");
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().code, Errc::malformed_reply) << wrong;
  }
}

}  // namespace
}  // namespace ec2spotter::aws
