// EC2's replies, read into our types.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "aws/wire/ec2/replies.hpp"
#include "base/base64.hpp"

namespace ec2spotter::aws {
namespace {

// In the form of EC2's documented sample replies.
constexpr const char* kVolumes = R"(<?xml version="1.0" encoding="UTF-8"?>
<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <volumeSet><item>
    <volumeId>vol-1234567890abcdef0</volumeId><size>80</size><snapshotId/>
    <availabilityZone>us-east-1a</availabilityZone><status>in-use</status>
    <createTime>2026-01-02T03:04:05.678Z</createTime>
    <attachmentSet><item>
      <volumeId>vol-1234567890abcdef0</volumeId><instanceId>i-1234567890abcdef0</instanceId>
      <device>/dev/sdf</device><status>attached</status>
      <attachTime>2026-01-02T03:04:05.000Z</attachTime>
      <deleteOnTermination>false</deleteOnTermination>
    </item></attachmentSet>
    <volumeType>gp3</volumeType><encrypted>true</encrypted>
    <multiAttachEnabled>false</multiAttachEnabled>
    <tagSet><item><key>Name</key><value>a &amp; b</value></item></tagSet>
    <someMemberOfTheFuture><item>1</item></someMemberOfTheFuture>
  </item></volumeSet>
  <nextToken>more</nextToken>
</DescribeVolumesResponse>)";

constexpr const char* kInstances = R"(<DescribeInstancesResponse>
  <reservationSet>
    <item><reservationId>r-1</reservationId><instancesSet><item>
      <instanceId>i-1</instanceId><imageId>ami-1</imageId>
      <instanceState><code>16</code><name>running</name></instanceState>
      <instanceType>t3.small</instanceType><launchTime>2026-03-01T12:00:00.000Z</launchTime>
      <placement><availabilityZone>us-east-1a</availabilityZone></placement>
      <privateIpAddress>172.31.0.10</privateIpAddress><ipAddress>54.1.2.3</ipAddress>
      <instanceLifecycle>spot</instanceLifecycle>
      <spotInstanceRequestId>sir-1</spotInstanceRequestId>
      <bootMode>uefi-preferred</bootMode>
      <currentInstanceBootMode>uefi</currentInstanceBootMode>
      <rootDeviceName>/dev/xvda</rootDeviceName>
      <productCodes><item>
        <productCode>abc</productCode><type>marketplace</type></item></productCodes>
      <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>
        <volumeId>vol-2</volumeId><status>attached</status>
        <deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
      <tagSet/>
    </item></instancesSet></item>
    <item><instancesSet><item><instanceId>i-2</instanceId>
      <instanceState><code>48</code><name>terminated</name></instanceState>
      <stateReason><code>Server.SpotInstanceTermination</code><message>taken</message></stateReason>
    </item></instancesSet></item>
  </reservationSet>
</DescribeInstancesResponse>)";

constexpr const char* kRootTasks = R"(<DescribeReplaceRootVolumeTasksResponse>
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <replaceRootVolumeTaskSet><item>
    <replaceRootVolumeTaskId>replacevol-0111122223333abcd</replaceRootVolumeTaskId>
    <instanceId>i-1234567890abcdef0</instanceId><taskState>failed-detached</taskState>
    <startTime>2026-07-08T09:00:00Z</startTime><tagSet/>
    <deleteReplacedRootVolume>true</deleteReplacedRootVolume>
  </item></replaceRootVolumeTaskSet>
</DescribeReplaceRootVolumeTasksResponse>)";

constexpr const char* kPrices = R"(<DescribeSpotPriceHistoryResponse>
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <spotPriceHistorySet><item>
    <instanceType>t3.small</instanceType><productDescription>Linux/UNIX</productDescription>
    <spotPrice>0.006200</spotPrice><timestamp>2026-03-01T11:00:00.000Z</timestamp>
    <availabilityZone>us-east-1a</availabilityZone>
    <availabilityZoneId>use1-az1</availabilityZoneId>
  </item></spotPriceHistorySet>
  <nextToken>more</nextToken>
</DescribeSpotPriceHistoryResponse>)";

constexpr const char* kScores = R"(<GetSpotPlacementScoresResponse>
  <requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>
  <spotPlacementScoreSet>
    <item><region>us-east-1</region><availabilityZoneId>use1-az2</availabilityZoneId>
      <score>3</score></item>
    <item><region>us-east-1</region><availabilityZoneId>use1-az1</availabilityZoneId>
      <score>1</score></item>
  </spotPlacementScoreSet>
</GetSpotPlacementScoresResponse>)";

constexpr const char* kZones = R"(<DescribeAvailabilityZonesResponse>
  <availabilityZoneInfo><item>
    <zoneName>us-east-1a</zoneName><zoneState>available</zoneState>
    <regionName>us-east-1</regionName><messageSet/><zoneId>use1-az6</zoneId>
  </item></availabilityZoneInfo>
</DescribeAvailabilityZonesResponse>)";

constexpr const char* kTypes = R"(<DescribeInstanceTypesResponse>
  <instanceTypeSet><item>
    <instanceType>t3.small</instanceType><currentGeneration>true</currentGeneration>
    <supportedUsageClasses>
      <item>on-demand</item><item>spot</item><item>capacity-block</item>
    </supportedUsageClasses>
    <processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures>
    </processorInfo>
    <vCpuInfo><defaultVCpus>2</defaultVCpus><defaultCores>1</defaultCores></vCpuInfo>
    <memoryInfo><sizeInMiB>2048</sizeInMiB></memoryInfo>
  </item></instanceTypeSet>
  <nextToken>more</nextToken>
</DescribeInstanceTypesResponse>)";

constexpr const char* kOfferings = R"(<DescribeInstanceTypeOfferingsResponse>
  <instanceTypeOfferingSet>
    <item><instanceType>t3.small</instanceType><locationType>availability-zone</locationType>
      <location>us-east-1a</location></item>
    <item><instanceType>m5.large</instanceType><locationType>availability-zone</locationType>
      <location>us-east-1a</location></item>
  </instanceTypeOfferingSet>
</DescribeInstanceTypeOfferingsResponse>)";

TEST(Ec2RepliesTest, ReadsAVolumeWithItsAttachmentAndTags) {
  const auto page = parse_describe_volumes(kVolumes);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 1U);
  const Volume& volume = page->items.front();
  EXPECT_EQ(volume.id.str(), "vol-1234567890abcdef0");
  EXPECT_EQ(volume.state, VolumeState::in_use);
  EXPECT_EQ(volume.size_gib, 80);
  ASSERT_EQ(volume.attachments.size(), 1U);
  EXPECT_EQ(volume.attachments[0].state, AttachmentState::attached);
  EXPECT_FALSE(volume.attachments[0].delete_on_termination);
  EXPECT_EQ(volume.tags, (Tags{{"Name", "a & b"}}));
  EXPECT_EQ(page->next_token, "more");
}

TEST(Ec2RepliesTest, ReadsInstancesOfSeveralReservations) {
  const auto page = parse_describe_instances(kInstances);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->items[0].market, Market::spot);
  EXPECT_EQ(page->items[0].public_ip, "54.1.2.3");
  EXPECT_TRUE(page->items[0].block_devices.at(0).delete_on_termination);
  EXPECT_EQ(page->items[0].boot_mode, BootMode::uefi);
  EXPECT_EQ(page->items[1].boot_mode, BootMode::unknown);
  EXPECT_EQ(page->items[1].state, InstanceState::terminated);
  EXPECT_EQ(page->items[1].state_reason_code, "Server.SpotInstanceTermination");
  EXPECT_EQ(page->next_token, "");
}

TEST(Ec2RepliesTest, ReadsTheConsoleTheParameterAndTheCaller) {
  const auto console = parse_console_output(
      "<GetConsoleOutputResponse><instanceId>i-1</instanceId><timestamp>2026-03-01T12:00:00Z"
      "</timestamp><output>" +
      base64_encode("boot\r\nline") + "</output></GetConsoleOutputResponse>");
  ASSERT_TRUE(console) << console.error().message;
  EXPECT_EQ(console->text, "boot\r\nline");
  EXPECT_EQ(parse_get_parameter(R"({"Parameter":{"Name":"n","Value":"ami-9"}})"), "ami-9");
  EXPECT_FALSE(parse_get_parameter(R"({"Parameter":{"Value":9}})"));
  const auto caller = parse_caller_identity(
      "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:x</Arn><UserId>U</UserId>"
      "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->account, "123456789012");
}

TEST(Ec2RepliesTest, ALaunchNamesItsInstancesInTheOrderOfTheirIndex) {
  const auto reply = [](const std::string& items) {
    return parse_run_instances("<RunInstancesResponse><instancesSet>" + items +
                               "</instancesSet></RunInstancesResponse>");
  };
  const auto item = [](const std::string& id, const std::string& index) {
    return "<item><instanceId>" + id +
           "</instanceId><instanceState><name>pending</name></instanceState><amiLaunchIndex>" +
           index + "</amiLaunchIndex></item>";
  };
  const auto two = reply(item("i-2", "1") + item("i-1", "0"));
  ASSERT_TRUE(two) << two.error().message;
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ(two->at(0).id.str(), "i-1");
  EXPECT_EQ(two->at(1).id.str(), "i-2");
  EXPECT_EQ(two->at(1).launch_index, 1);
  EXPECT_EQ(reply("").error().code, Errc::malformed_reply);
  EXPECT_EQ(reply(item("i-1", "0") + item("i-2", "0")).error().code, Errc::malformed_reply);
  EXPECT_EQ(reply(item("i-1", "first")).error().code, Errc::malformed_reply);
}

TEST(Ec2RepliesTest, AnAcknowledgementMustBeOne) {
  EXPECT_TRUE(parse_acknowledgement(
      "<CreateTagsResponse><return>true</return></CreateTagsResponse>", "CreateTags"));
  EXPECT_FALSE(parse_acknowledgement(
      "<CreateTagsResponse><return>false</return></CreateTagsResponse>", "CreateTags"));
  EXPECT_EQ(parse_acknowledgement("<html/>", "CreateTags").error().code, Errc::malformed_reply);
}

TEST(Ec2RepliesTest, ReadsPricesScoresAndZones) {
  const auto prices = parse_spot_price_history(kPrices);
  ASSERT_TRUE(prices) << prices.error().message;
  ASSERT_EQ(prices->items.size(), 1U);
  EXPECT_EQ(prices->items[0].price, (SpotPrice{"t3.small", "us-east-1a", 0.0062}));
  EXPECT_EQ(prices->items[0].at, *parse_iso8601("2026-03-01T11:00:00Z"));
  EXPECT_EQ(prices->next_token, "more");
  const auto scores = parse_spot_placement_scores(kScores);
  ASSERT_TRUE(scores) << scores.error().message;
  EXPECT_EQ(scores->items, (std::vector<PlacementScore>{{"use1-az2", 3}, {"use1-az1", 1}}));
  const auto zones = parse_describe_zones(kZones);
  ASSERT_TRUE(zones) << zones.error().message;
  EXPECT_EQ(zones->items, (std::vector<Zone>{{"us-east-1a", "use1-az6"}}));
}

// `text` with the first `part` replaced.
std::string with(std::string text, const std::string& part, const std::string& other) {
  return text.replace(text.find(part), part.size(), other);
}

TEST(Ec2RepliesTest, APriceOrScoreThatIsNoneIsAnError) {
  EXPECT_TRUE(parse_spot_price_history(with(kPrices, "0.006200", "1")));
  for (const char* price :
       {"", "0", "-1", "0x1p3", "1e999", "inf", "nan", "0,1", "0.1 ", "cheap"}) {
    EXPECT_EQ(parse_spot_price_history(with(kPrices, "0.006200", price)).error().code,
              Errc::malformed_reply)
        << price;
  }
  for (const char* part : {"t3.small", "us-east-1a"}) {
    EXPECT_FALSE(parse_spot_price_history(with(kPrices, part, ""))) << part;
  }
  EXPECT_TRUE(parse_spot_placement_scores(with(kScores, ">3<", ">10<")));
  for (const char* score : {"><", ">0<", ">11<", ">-1<", ">3.5<", ">high<"}) {
    EXPECT_EQ(parse_spot_placement_scores(with(kScores, ">3<", score)).error().code,
              Errc::malformed_reply)
        << score;
  }
  EXPECT_FALSE(parse_spot_placement_scores(with(kScores, "use1-az2", "")));
  EXPECT_FALSE(parse_describe_zones(with(kZones, "use1-az6", "")));
}

TEST(Ec2RepliesTest, ReadsTypesAndWhereTheyAreOffered) {
  const auto types = parse_describe_instance_types(kTypes);
  ASSERT_TRUE(types) << types.error().message;
  EXPECT_EQ(types->items,
            (std::vector<InstanceType>{{.name = "t3.small",
                                        .vcpus = 2,
                                        .memory_mib = 2048,
                                        .markets = {Market::on_demand, Market::spot}}}));
  EXPECT_EQ(types->next_token, "more");
  const auto offered = parse_describe_type_offerings(kOfferings);
  ASSERT_TRUE(offered) << offered.error().message;
  EXPECT_EQ(offered->items, (std::vector<std::string>{"t3.small", "m5.large"}));
  EXPECT_TRUE(parse_describe_type_offerings(
      "<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet/>"
      "</DescribeInstanceTypeOfferingsResponse>"));
}

TEST(Ec2RepliesTest, ATypeWithoutNameVcpusOrMemoryIsAnError) {
  for (const char* part : {"t3.small", "<defaultVCpus>2</defaultVCpus>", "2048"}) {
    EXPECT_EQ(parse_describe_instance_types(with(kTypes, part, "")).error().code,
              Errc::malformed_reply)
        << part;
  }
  for (const char* number : {"0", "-1", "2.5", "99999999999", "many"}) {
    EXPECT_FALSE(parse_describe_instance_types(with(kTypes, "2048", number))) << number;
    EXPECT_FALSE(
        parse_describe_instance_types(with(kTypes, ">2<", ">" + std::string(number) + "<")))
        << number;
  }
  EXPECT_FALSE(parse_describe_instance_types("<DescribeInstanceTypesResponse/>"));
  EXPECT_FALSE(parse_describe_type_offerings(with(kOfferings, "m5.large", "")));
  EXPECT_FALSE(parse_describe_type_offerings("<DescribeInstanceTypeOfferingsResponse/>"));
}

// An empty answer must never read as "there are none": a machine could be launched twice.
TEST(Ec2RepliesTest, AReplyWithoutItsListIsAnErrorAndNotAnEmptyList) {
  EXPECT_FALSE(parse_describe_volumes("<DescribeVolumesResponse/>"));
  EXPECT_FALSE(parse_describe_instances("<DescribeInstancesResponse/>"));
  EXPECT_FALSE(
      parse_describe_volumes("<DescribeInstancesResponse><volumeSet/>"
                             "</DescribeInstancesResponse>"));
  EXPECT_TRUE(
      parse_describe_volumes("<DescribeVolumesResponse><volumeSet/>"
                             "</DescribeVolumesResponse>"));
}

TEST(Ec2RepliesTest, EveryTruncationIsAnError) {
  for (const std::string whole :
       {kVolumes, kInstances, kPrices, kScores, kZones, kTypes, kOfferings}) {
    // The last character of the root's end tag is the only one that can be missing at the end.
    for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
      const std::string part = whole.substr(0, length);
      EXPECT_FALSE(parse_describe_volumes(part)) << length;
      EXPECT_FALSE(parse_describe_instances(part)) << length;
      EXPECT_FALSE(parse_spot_price_history(part)) << length;
      EXPECT_FALSE(parse_spot_placement_scores(part)) << length;
      EXPECT_FALSE(parse_describe_zones(part)) << length;
      EXPECT_FALSE(parse_describe_instance_types(part)) << length;
      EXPECT_FALSE(parse_describe_type_offerings(part)) << length;
    }
  }
}

TEST(Ec2RepliesTest, HostileRepliesAreErrors) {
  const std::string laughs =
      "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]>"
      "<DescribeVolumesResponse><volumeSet>&lol2;</volumeSet></DescribeVolumesResponse>";
  EXPECT_EQ(parse_describe_volumes(laughs).error().code, Errc::malformed_reply);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_describe_volumes(deep));
  std::string closed = "<DescribeVolumesResponse><volumeSet>";
  for (int i = 0; i < 100; ++i) closed += "<item>";
  for (int i = 0; i < 100; ++i) closed += "</item>";
  EXPECT_FALSE(parse_describe_volumes(closed + "</volumeSet></DescribeVolumesResponse>"));
  const auto size = [](const std::string& text) {
    return parse_describe_volumes(
        "<DescribeVolumesResponse><volumeSet><item><volumeId>v</volumeId>"
        "<availabilityZone>z</availabilityZone><size>" +
        text + "</size></item></volumeSet></DescribeVolumesResponse>");
  };
  EXPECT_TRUE(size("80"));
  for (const char* text : {"99999999999999999999", "8x", "NaN", "1e3", " 8"}) {
    EXPECT_FALSE(size(text)) << text;
  }
}

TEST(Ec2RepliesTest, ReadsTasksInEachState) {
  const std::string text = kRootTasks;
  const std::string written = "failed-detached";
  for (const auto state : {RootTaskState::pending, RootTaskState::in_progress,
                           RootTaskState::succeeded, RootTaskState::failing, RootTaskState::failed,
                           RootTaskState::failing_detached, RootTaskState::failed_detached}) {
    std::string reply = text;
    reply.replace(reply.find(written), written.size(), to_string(state));
    const auto page = parse_describe_root_tasks(reply);
    ASSERT_TRUE(page.has_value()) << page.error().describe();
    EXPECT_EQ(page->items, (std::vector{RootTask{RootTaskId("replacevol-0111122223333abcd"),
                                                 InstanceId("i-1234567890abcdef0"), state}}));
  }
  std::string reply = text;
  reply.replace(reply.find(written), written.size(), "word-of-the-future");
  EXPECT_TRUE(parse_describe_root_tasks(reply)->items.front().under_way()) << "who knows";
}

// Bytes changed at random: any answer but a crash.
TEST(Ec2RepliesTest, MangledRepliesNeverCrash) {
  constexpr unsigned kSeed = 20261124;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    constexpr std::array kAll{kVolumes, kInstances, kRootTasks, kPrices,
                              kScores,  kZones,     kTypes,     kOfferings};
    std::string text = kAll.at(static_cast<std::size_t>(round) % kAll.size());
    for (int change = 0; change < 4; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    static_cast<void>(parse_describe_volumes(text).has_value());
    static_cast<void>(parse_describe_instances(text).has_value());
    static_cast<void>(parse_spot_price_history(text).has_value());
    static_cast<void>(parse_spot_placement_scores(text).has_value());
    static_cast<void>(parse_describe_zones(text).has_value());
    static_cast<void>(parse_describe_root_tasks(text).has_value());
    static_cast<void>(parse_describe_instance_types(text).has_value());
    static_cast<void>(parse_describe_type_offerings(text).has_value());
  }
}

}  // namespace
}  // namespace ec2spotter::aws
