// One client asks EC2 in other regions as well, and copies snapshots between them.
#include <gtest/gtest.h>

#include "aws/ec2_client.hpp"
#include "aws/wire/ec2/requests.hpp"
#include "sim/http/form.hpp"
#include "sim/http/presigned.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kCopied =
    "<CopySnapshotResponse><snapshotId>snap-2</snapshotId></CopySnapshotResponse>";

SnapshotCopySpec copy_of_snap_1() {
  return {.source = SnapshotId("snap-1"),
          .source_region = "us-east-1",
          .description = "web",
          .kms_key = "arn:aws:kms:eu-west-1:1:key/a",
          .tags = {{"k", "v"}}};
}

class OtherRegions : public testing::Test {
 protected:
  void open(Variables variables = {}) {
    variables.emplace("AWS_ACCESS_KEY_ID", "AKIDTEST");
    variables.emplace("AWS_SECRET_ACCESS_KEY", "the-secret");
    variables.emplace("AWS_REGION", "us-east-1");
    auto transport = std::make_unique<ScriptedTransport>();
    http = transport.get();
    Ec2Options options;
    options.http = std::move(transport);
    options.sleeper = std::make_unique<VirtualSleeper>(clock);
    auto made = make_ec2(std::move(options), environment_of(std::move(variables)), clock);
    ASSERT_TRUE(made) << made.error().message;
    ec2 = std::move(*made);
  }

  ManualClock clock{kNow};
  ScriptedTransport* http = nullptr;
  std::unique_ptr<Ec2Client> ec2;
};

TEST_F(OtherRegions, EachHasItsAddressAndItsSignature) {
  open();
  EXPECT_EQ(ec2->in_region("us-east-1").value(), ec2.get());
  Ec2* there = ec2->in_region("eu-west-1").value();
  EXPECT_EQ(ec2->in_region("eu-west-1").value(), there) << "it is made once";
  http->then(200, "<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>");
  ASSERT_TRUE(there->describe_volumes({}, {}));
  const HttpRequest& request = http->requests.at(0);
  EXPECT_EQ(request.url, "https://ec2.eu-west-1.amazonaws.com/");
  EXPECT_NE(header_of(request, "authorization").find("/eu-west-1/ec2/"), std::string::npos);
}

TEST_F(OtherRegions, AnAddressOfOneRegionDoesNotServeAnother) {
  open({{"AWS_ENDPOINT_URL_EC2", "https://vpce-1.ec2.us-east-1.vpce.amazonaws.com"}});
  const auto there = ec2->in_region("eu-west-1");
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code, Errc::invalid);
  EXPECT_NE(there.error().message.find("set no address"), std::string::npos);
}

TEST_F(OtherRegions, OneAddressMayServeAll) {
  open({{"AWS_ENDPOINT_URL", "http://127.0.0.1:4599"}});
  http->then(200, kCopied);
  const auto copy = ec2->in_region("eu-west-1").value()->copy_snapshot(copy_of_snap_1());
  ASSERT_TRUE(copy) << copy.error().message;
  const auto sent = sim::parse_form(http->requests.at(0).body);
  EXPECT_TRUE(sent.at("PresignedUrl").starts_with("http://127.0.0.1:4599/?"));
}

// As the local EC2 verifies it, which is held against what boto3 signs.
TEST_F(OtherRegions, ACopyCarriesTheSameCallSignedForTheRegionOfTheSource) {
  open();
  http->then(200, kCopied);
  const auto copy = ec2->in_region("eu-west-1").value()->copy_snapshot(copy_of_snap_1());
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->str(), "snap-2");
  const auto sent = sim::parse_form(http->requests.at(0).body);
  EXPECT_EQ(sent.at("SourceRegion"), "us-east-1");
  EXPECT_EQ(sent.at("DestinationRegion"), "eu-west-1");
  EXPECT_EQ(sent.at("Encrypted"), "true");
  EXPECT_EQ(sent.at("TagSpecification.1.Tag.1.Key"), "k");
  const std::string url = sent.at("PresignedUrl");
  EXPECT_TRUE(url.starts_with("https://ec2.us-east-1.amazonaws.com/?Action=CopySnapshot&"));
  const auto known = [](const std::string&) {
    return sim::VerifierKey{.secret = "the-secret", .session_token = {}};
  };
  const auto call = sim::verify_presigned(url, known, {kNow});
  ASSERT_TRUE(call) << url;
  EXPECT_EQ(call->region, "us-east-1");
  EXPECT_EQ(call->params.at("SourceSnapshotId"), "snap-1");
  EXPECT_EQ(call->params.at("DestinationRegion"), "eu-west-1");
  EXPECT_EQ(call->params.at("KmsKeyId"), "arn:aws:kms:eu-west-1:1:key/a");
  EXPECT_FALSE(sim::verify_presigned(url + "0", known, {kNow}));
}

}  // namespace
}  // namespace ec2spotter::aws
