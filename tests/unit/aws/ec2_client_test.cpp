// The client as a whole over a scripted network: retries, deadlines, clock repair, paging.
#include "aws/ec2_client.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNoVolumes =
    "<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>";
constexpr const char* kAttached =
    "<AttachVolumeResponse><status>attaching</status>"
    "</AttachVolumeResponse>";

class Client {
 public:
  explicit Client(Variables variables = {}, Duration deadline = 60s) {
    variables.emplace("AWS_ACCESS_KEY_ID", "AKIDTEST");
    variables.emplace("AWS_SECRET_ACCESS_KEY", "the-secret");
    variables.emplace("AWS_REGION", "us-east-1");
    auto transport = std::make_unique<ScriptedTransport>();
    http = transport.get();
    auto virtual_sleeper = std::make_unique<VirtualSleeper>(clock);
    sleeper = virtual_sleeper.get();
    Ec2Options options;
    options.deadline = deadline;
    options.reading_deadline = deadline;
    options.http = std::move(transport);
    options.sleeper = std::move(virtual_sleeper);
    auto made = make_ec2(std::move(options), environment_of(std::move(variables)), clock);
    EXPECT_TRUE(made) << made.error().message;
    if (made) ec2 = std::move(*made);
  }

  Result<std::vector<Volume>> volumes() { return ec2->describe_volumes({}, {}); }
  Result<void> attach() {
    return ec2->attach_volume(VolumeId("vol-1"), InstanceId("i-1"), "/dev/sdf");
  }
  std::size_t requests() const { return http->requests.size(); }

  ManualClock clock{kNow};
  ScriptedTransport* http = nullptr;
  VirtualSleeper* sleeper = nullptr;
  std::unique_ptr<Ec2Client> ec2;
};

const Error kBroken{.code = Errc::transport, .message = "the connection broke"};

constexpr const char* kDenied =
    "You are not authorized to perform this operation. Encoded authorization failure message: "
    "aGVsbG8-_w";

TEST(Ec2ClientTest, ARightThatIsMissingIsToldInWords) {
  Client client;
  client.http->then(403, ec2_error("UnauthorizedOperation", kDenied));
  client.http->then(200,
                    "<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult>"
                    "<DecodedMessage>{&quot;allowed&quot;:false,&quot;explicitDeny&quot;:false,"
                    "&quot;context&quot;:{&quot;action&quot;:&quot;ec2:AttachVolume&quot;,"
                    "&quot;resource&quot;:&quot;arn:aws:ec2:us-east-1:1:volume/vol-1&quot;}}"
                    "</DecodedMessage></DecodeAuthorizationMessageResult>"
                    "</DecodeAuthorizationMessageResponse>");
  const auto denied = client.attach();
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, Errc::unauthorized);
  EXPECT_EQ(denied.error().message,
            "You are not authorized to perform this operation. ec2:AttachVolume on "
            "arn:aws:ec2:us-east-1:1:volume/vol-1 is allowed by no policy");
  EXPECT_NE(client.http->requests.back().body.find("EncodedMessage=aGVsbG8-_w"), std::string::npos);
}

TEST(Ec2ClientTest, WithoutTheRightToReadItTheCommandIsNamed) {
  Client client;
  client.http->then(403, ec2_error("UnauthorizedOperation", kDenied));
  client.http->then(403,
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message>"
                    "</Error></ErrorResponse>");
  client.http->then(403, ec2_error("UnauthorizedOperation", kDenied));
  for (int i = 0; i < 2; ++i) {
    EXPECT_NE(client.attach().error().message.find(
                  "aws sts decode-authorization-message --encoded-message aGVsbG8-_w"),
              std::string::npos);
  }
  EXPECT_EQ(client.requests(), 3U) << "STS is asked once";
}

TEST(Ec2ClientTest, ADryRunThatWouldPassIsNoError) {
  Client client;
  RunInstancesSpec spec;
  spec.image = ImageId("ami-1");
  spec.pool = {.instance_type = "t3.small", .zone = "us-east-1a", .market = Market::spot};
  client.http->then(412, ec2_error("DryRunOperation", "Request would have succeeded"));
  EXPECT_TRUE(client.ec2->check_launch(spec));
  EXPECT_NE(client.http->requests.back().body.find("DryRun=true"), std::string::npos);
  client.http->then(400, ec2_error("InvalidParameterCombination", "ENA"));
  const auto refused = client.ec2->check_launch(spec);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().api_code, "InvalidParameterCombination");
}

TEST(Ec2ClientTest, AReadingCallIsRepeatedUntilItPasses) {
  Client client;
  client.http->then(503, ec2_error("RequestLimitExceeded"));
  client.http->then(kBroken);
  client.http->then(500, ec2_error("InternalError"));
  client.http->then(200, kNoVolumes);
  const auto volumes = client.volumes();
  ASSERT_TRUE(volumes) << volumes.error().describe();
  EXPECT_EQ(client.requests(), 4U);
  EXPECT_LE(client.sleeper->sleeps.size(), 3U);
}

TEST(Ec2ClientTest, ACallWhoseEffectIsUnknownIsNeverRepeated) {
  Client client;
  client.http->then(kBroken);
  EXPECT_EQ(client.attach().error().code, Errc::transport);
  client.clock.advance(1s);
  client.http->then(503, ec2_error("Unavailable"));
  EXPECT_EQ(client.attach().error().api_code, "Unavailable");
  EXPECT_EQ(client.requests(), 2U);
}

TEST(Ec2ClientTest, AThrottledCallHadNoEffectAndIsRepeated) {
  Client client;
  client.http->then(503, ec2_error("RequestLimitExceeded"));
  client.http->then(200, kAttached);
  EXPECT_TRUE(client.attach());
}

TEST(Ec2ClientTest, AnEndpointThatHasNeverAnsweredIsGivenUpWithinSeconds) {
  for (const Errc code : {Errc::transport, Errc::timeout}) {
    Client client;
    for (int i = 0; i < 40; ++i) client.http->then(Error{.code = code, .message = "m"});
    EXPECT_EQ(client.volumes().error().code, Errc::unreachable);
    EXPECT_LE(client.clock.now() - kNow, 4s);
    EXPECT_LE(client.http->requests.front().total_timeout, 10s);
  }
}

TEST(Ec2ClientTest, AnEndpointThatHasAnsweredIsOnlyLost) {
  Client client;
  client.http->then(500, ec2_error("InternalError"));
  for (int i = 0; i < 5; ++i) client.http->then(kBroken);
  EXPECT_EQ(client.volumes().error().code, Errc::transport);
  EXPECT_EQ(client.requests(), 6U);
  EXPECT_LE(client.clock.now() - kNow, 10s);
}

TEST(Ec2ClientTest, RetriesEndWithTheDeadline) {
  Client client({}, 5s);
  for (int i = 0; i < 200; ++i) client.http->then(503, ec2_error("RequestLimitExceeded"));
  const auto volumes = client.volumes();
  ASSERT_FALSE(volumes);
  EXPECT_EQ(volumes.error().code, Errc::throttled);
  EXPECT_LE(client.clock.now() - kNow, 5s);
}

TEST(Ec2ClientTest, FollowsThePagesToTheirEndAndNoFurther) {
  const auto page = [](const std::string& id, const std::string& next) {
    return "<DescribeVolumesResponse><volumeSet><item><volumeId>" + id +
           "</volumeId><availabilityZone>z</availabilityZone></item></volumeSet><nextToken>" +
           next + "</nextToken></DescribeVolumesResponse>";
  };
  Client client;
  client.http->then(200, page("vol-1", "a"));
  client.http->then(200, page("vol-2", ""));
  const auto volumes = client.volumes();
  ASSERT_TRUE(volumes);
  EXPECT_EQ(volumes->size(), 2U);
  EXPECT_NE(client.http->requests[1].body.find("NextToken=a"), std::string::npos);

  client.http->then(200, page("vol-1", "b"));
  client.http->then(200, page("vol-1", "b"));
  EXPECT_EQ(client.volumes().error().code, Errc::malformed_reply);
}

std::string prices_page(const std::string& items, const std::string& next = {}) {
  return "<DescribeSpotPriceHistoryResponse><spotPriceHistorySet>" + items +
         "</spotPriceHistorySet><nextToken>" + next +
         "</nextToken></DescribeSpotPriceHistoryResponse>";
}

std::string price_item(const std::string& zone, const std::string& price, const std::string& at) {
  return "<item><instanceType>t3.small</instanceType><availabilityZone>" + zone +
         "</availabilityZone><spotPrice>" + price + "</spotPrice><timestamp>2026-03-01T" + at +
         "Z</timestamp></item>";
}

TEST(Ec2ClientTest, OfSeveralPricesOfOnePoolTheNewestIsGiven) {
  Client client;
  client.http->then(200, prices_page(price_item("us-east-1a", "0.01", "11:59:59") +
                                         price_item("us-east-1b", "0.04", "10:00:00"),
                                     "a"));
  client.http->then(200, prices_page(price_item("us-east-1a", "0.02", "12:00:00") +
                                     price_item("us-east-1a", "0.03", "09:00:00")));
  const auto prices = client.ec2->describe_spot_prices({"t3.small"}, "");
  ASSERT_TRUE(prices) << prices.error().describe();
  EXPECT_EQ(*prices, (std::vector<SpotPrice>{{"t3.small", "us-east-1a", 0.02},
                                             {"t3.small", "us-east-1b", 0.04}}));
  EXPECT_NE(client.http->requests[0].body.find("StartTime=2026-03-01T12%3A00%3A00Z"),
            std::string::npos);

  EXPECT_EQ(client.ec2->describe_spot_prices({}, ""), std::vector<SpotPrice>{});
  EXPECT_EQ(client.requests(), 2U) << "without types there is nothing to ask";
}

TEST(Ec2ClientTest, MoreInstancesThanWereAskedForAreABrokenReply) {
  const auto item = [](int index) {
    return "<item><instanceId>i-" + std::to_string(index) +
           "</instanceId><instanceState><name>pending</name></instanceState><amiLaunchIndex>" +
           std::to_string(index) + "</amiLaunchIndex></item>";
  };
  const std::string reply = "<RunInstancesResponse><instancesSet>" + item(0) + item(1) +
                            "</instancesSet></RunInstancesResponse>";
  RunInstancesSpec spec;
  spec.image = ImageId("ami-1");
  spec.pool = {"t3.small", "us-east-1a", Market::spot};
  spec.client_token = "token";
  Client client;
  client.http->then(200, reply);
  EXPECT_EQ(client.ec2->run_instances(spec).error().code, Errc::malformed_reply);

  spec.count = 2;
  client.http->then(200, reply);
  const auto two = client.ec2->run_instances(spec);
  ASSERT_TRUE(two) << two.error().describe();
  EXPECT_EQ(two->size(), 2U);
}

TEST(Ec2ClientTest, AScoreTooManyIsAQuotaAndNotRepeated) {
  Client client;
  client.http->then(400, ec2_error("MaxConfigLimitExceeded"));
  EXPECT_EQ(client.ec2->spot_placement_scores("t3.small").error().code, Errc::quota);
  EXPECT_EQ(client.requests(), 1U);
  EXPECT_NE(client.http->requests[0].body.find("RegionName.1=us-east-1"), std::string::npos);
}

TEST(Ec2ClientTest, AClockThatIsWrongIsRepairedOnceFromTheDateHeader) {
  Client client;
  HttpResponse refused = reply_of(400, ec2_error("RequestExpired"));
  refused.headers["date"] = "Sun, 01 Mar 2026 12:20:00 GMT";
  client.http->then([=](const HttpRequest&) -> Result<HttpResponse> { return refused; });
  client.http->then(200, kNoVolumes);

  ASSERT_TRUE(client.volumes());

  EXPECT_EQ(header_of(client.http->requests[0], "x-amz-date"), "20260301T120000Z");
  EXPECT_EQ(header_of(client.http->requests[1], "x-amz-date"), "20260301T122000Z");
  EXPECT_EQ(client.ec2->clock().now(), kNow + 20min);
  const auto warnings = client.ec2->take_warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("set the clock (NTP)"), std::string::npos);
  EXPECT_TRUE(client.ec2->take_warnings().empty());
}

TEST(Ec2ClientTest, AWrongKeyWithARightClockIsAQuestionOfRights) {
  Client client;
  HttpResponse refused = reply_of(403, ec2_error("SignatureDoesNotMatch", "no match"));
  refused.headers["date"] = "Sun, 01 Mar 2026 12:00:01 GMT";
  client.http->then([=](const HttpRequest&) -> Result<HttpResponse> { return refused; });

  const auto volumes = client.volumes();

  ASSERT_FALSE(volumes);
  EXPECT_EQ(volumes.error().code, Errc::unauthorized);
  EXPECT_EQ(volumes.error().message,
            "AWS does not accept the credentials from the environment: no match; check the access "
            "key, its secret and the region");
  EXPECT_EQ(client.requests(), 1U);
}

TEST(Ec2ClientTest, AnExpiredSessionSaysHowToRenewIt) {
  Client client;
  client.http->then(400, ec2_error("ExpiredToken", "old"));
  const auto volumes = client.volumes();
  ASSERT_FALSE(volumes);
  EXPECT_EQ(volumes.error().code, Errc::unauthorized);
  EXPECT_EQ(volumes.error().message,
            "the credentials from the environment have expired; set new AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
}

constexpr const char* kSameTime = "Sun, 01 Mar 2026 12:00:01 GMT";

Error refused_as_expired(Variables variables, const char* date) {
  Client client(std::move(variables));
  HttpResponse refused = reply_of(400, ec2_error("RequestExpired", "Request has expired"));
  if (date != nullptr) refused.headers["date"] = date;
  client.http->then([=](const HttpRequest&) -> Result<HttpResponse> { return refused; });
  const auto volumes = client.volumes();
  EXPECT_TRUE(client.ec2->take_warnings().empty());
  return volumes ? Error{} : volumes.error();
}

TEST(Ec2ClientTest, AnExpiredRequestOfASessionThatIsOverSaysSinceWhenAndWhatToDo) {
  const Error error = refused_as_expired(
      {{"AWS_SESSION_TOKEN", "token"}, {"AWS_CREDENTIAL_EXPIRATION", "2026-03-01T11:00:00Z"}},
      kSameTime);
  EXPECT_EQ(error.code, Errc::unauthorized);
  EXPECT_EQ(error.message,
            "the credentials from the environment expired at 2026-03-01T11:00:00Z; set new "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
}

TEST(Ec2ClientTest, AnExpiredRequestOfASessionOfUnknownLengthSaysHowToRenewIt) {
  EXPECT_EQ(refused_as_expired({{"AWS_SESSION_TOKEN", "token"}}, kSameTime).message,
            "the credentials from the environment have expired; set new AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
}

TEST(Ec2ClientTest, AnExpiredRequestOfCredentialsThatAreNotOverIsAQuestionOfTheClock) {
  const Variables not_over{{"AWS_SESSION_TOKEN", "token"},
                           {"AWS_CREDENTIAL_EXPIRATION", "2026-03-01T13:00:00Z"}};
  for (const Variables& variables : {Variables{}, not_over}) {
    const Error error = refused_as_expired(variables, nullptr);
    EXPECT_EQ(error.code, Errc::unauthorized);
    EXPECT_EQ(error.message,
              "AWS says 'Request has expired', but the credentials from the environment have not "
              "expired; "
              "check this machine's clock (NTP)");
  }
}

TEST(Ec2ClientTest, NoSecretIsInARequest) {
  Client client;
  client.http->then(200, kNoVolumes);
  ASSERT_TRUE(client.volumes());
  const HttpRequest& request = client.http->requests.front();
  std::string all = request.url + request.body;
  for (const auto& [name, value] : request.headers) all += name + value;
  EXPECT_EQ(all.find("the-secret"), std::string::npos);
}

TEST(Ec2ClientTest, TheConsoleIsTheLatestWhereTheInstanceCanGiveIt) {
  const std::string reply =
      "<GetConsoleOutputResponse><output>aGk=</output></GetConsoleOutputResponse>";
  Client nitro;
  nitro.http->then(200, reply);
  EXPECT_EQ(nitro.ec2->console_output(InstanceId("i-1"))->text, "hi");
  EXPECT_NE(nitro.http->requests[0].body.find("Latest=true"), std::string::npos);

  Client xen;
  xen.http->then(400, ec2_error("UnsupportedOperation", "not on this instance type"));
  xen.http->then(200, reply);
  EXPECT_EQ(xen.ec2->console_output(InstanceId("i-1"))->text, "hi");
  EXPECT_EQ(xen.http->requests[1].body.find("Latest"), std::string::npos);
}

// Trouble with one action costs the others nothing, and itself less and less.
TEST(Ec2ClientTest, AnActionThatFailsIsLeftAloneForAWhileByItself) {
  Client client;
  client.http->then(503, ec2_error("Unavailable"));
  EXPECT_FALSE(client.attach());
  const auto refused = client.attach();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().api_code, "Unavailable");
  EXPECT_NE(refused.error().describe().find("is tried again in"), std::string::npos);
  client.http->then(200, kNoVolumes);
  EXPECT_TRUE(client.volumes());
  EXPECT_EQ(client.requests(), 2U);
  client.clock.advance(500ms);
  client.http->then(200, kAttached);
  EXPECT_TRUE(client.attach());
  client.http->then(200, kAttached);
  EXPECT_TRUE(client.attach());
}

TEST(Ec2ClientTest, AFailingActionIsTriedOnceAndBriefly) {
  Client client;
  for (int i = 0; i < 6; ++i) client.http->then(kBroken);
  EXPECT_FALSE(client.volumes());
  const std::size_t before = client.requests();
  client.clock.advance(1s);
  client.http->then(kBroken);
  EXPECT_FALSE(client.volumes());
  ASSERT_EQ(client.requests(), before + 1);
  EXPECT_EQ(client.http->requests.back().total_timeout, 2s);
}

// What EC2 says of one resource is no trouble of the action.
TEST(Ec2ClientTest, ARefusalForOneResourceDoesNotKeepTheNextCallBack) {
  Client client;
  client.http->then(400, ec2_error("InvalidVolume.NotFound"));
  EXPECT_FALSE(client.attach());
  client.http->then(200, kAttached);
  EXPECT_TRUE(client.attach());
}

TEST(Ec2ClientTest, EveryReplyOfAwsKeepsTheClockRight) {
  Client client;
  HttpResponse late = reply_of(200, kNoVolumes);
  late.headers["date"] = "Sun, 01 Mar 2026 12:03:00 GMT";
  client.http->then([=](const HttpRequest&) -> Result<HttpResponse> { return late; });
  ASSERT_TRUE(client.volumes());
  EXPECT_EQ(client.ec2->clock().now(), kNow + 3min);
  client.clock.step(-1h);
  EXPECT_EQ(client.ec2->clock().now(), kNow + 3min);
}

// A page of a proxy or a login portal has a date of its own.
TEST(Ec2ClientTest, AReplyThatIsNotAwssTellsNoTime) {
  Client client;
  HttpResponse page = reply_of(403, "<html>please log in</html>");
  page.headers["date"] = "Sun, 01 Mar 2020 12:00:00 GMT";
  client.http->then([=](const HttpRequest&) -> Result<HttpResponse> { return page; });
  EXPECT_FALSE(client.volumes());
  EXPECT_EQ(client.ec2->clock().now(), kNow);
}

TEST(Ec2ClientTest, WithoutARegionNothingIsSent) {
  ManualClock clock(kNow);
  Ec2Options options;
  options.http = std::make_unique<ScriptedTransport>();
  const auto made =
      make_ec2(std::move(options), environment_of({{"AWS_EC2_METADATA_DISABLED", "true"}}), clock);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::invalid);
  EXPECT_NE(made.error().message.find("give --region, set AWS_REGION"), std::string::npos);
}

}  // namespace
}  // namespace ec2spotter::aws
