// The calls about snapshots and the volumes that are made from them.
#include <gtest/gtest.h>

#include "aws/wire/ec2/replies.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

TEST(StorageTest, SnapshotsAreAskedForAmongTheAccountsOwnAlone) {
  const auto call = describe_snapshots_call({{"tag:ec2spotter:role", {"snapshot"}}}, {"next"});
  EXPECT_EQ(call.effect, Effect::none);
  EXPECT_EQ(encode_call(call),
            "Action=DescribeSnapshots&Version=2016-11-15&Filter.1.Name=tag%3Aec2spotter%3Arole"
            "&Filter.1.Value.1=snapshot&MaxResults=1000&NextToken=next&Owner.1=self");
}

// EC2 has no client token for it: after a lost answer, the caller looks first.
TEST(StorageTest, ASnapshotIsTaggedByTheCallThatTakesIt) {
  const auto call = create_snapshot_call(
      {.volume = VolumeId("vol-1"), .description = "web, generation 2", .tags = {{"k", "v"}}});
  EXPECT_EQ(call.effect, Effect::unknown);
  EXPECT_EQ(encode_call(call),
            "Action=CreateSnapshot&Version=2016-11-15&VolumeId=vol-1"
            "&Description=web%2C%20generation%202&TagSpecification.1.ResourceType=snapshot"
            "&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v");
}

TEST(StorageTest, AVolumeHasWhatItsTypeTakesAndNoMore) {
  VolumeSpec spec{.snapshot = SnapshotId("snap-1"),
                  .zone = "us-east-1b",
                  .size_gib = 8,
                  .type = "gp3",
                  .iops = 3000,
                  .throughput = 125,
                  .kms_key = "arn:aws:kms:us-east-1:1:key/a",
                  .initialization_rate = 300,
                  .client_token = "token",
                  .tags = {{"k", "v"}}};
  const auto call = create_volume_call(spec);
  EXPECT_EQ(call.effect, Effect::by_token);
  EXPECT_EQ(encode_call(call),
            "Action=CreateVolume&Version=2016-11-15&SnapshotId=snap-1&AvailabilityZone=us-east-1b"
            "&Size=8&VolumeType=gp3&Iops=3000&Throughput=125&Encrypted=true"
            "&KmsKeyId=arn%3Aaws%3Akms%3Aus-east-1%3A1%3Akey%2Fa&VolumeInitializationRate=300"
            "&ClientToken=token&TagSpecification.1.ResourceType=volume"
            "&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v");
  spec = VolumeSpec();
  spec.snapshot = SnapshotId("snap-1");
  spec.zone = "us-east-1b";
  EXPECT_EQ(encode_call(create_volume_call(spec)),
            "Action=CreateVolume&Version=2016-11-15&SnapshotId=snap-1&AvailabilityZone=us-east-1b");
}

TEST(StorageTest, ARecordIsATemplateThatNothingIsLaunchedFrom) {
  EXPECT_EQ(encode_call(create_record_call("name", {{"k", "v"}})),
            "Action=CreateLaunchTemplate&Version=2016-11-15&LaunchTemplateName=name"
            "&LaunchTemplateData.InstanceInitiatedShutdownBehavior=terminate"
            "&TagSpecification.1.ResourceType=launch-template"
            "&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v");
  EXPECT_EQ(encode_call(describe_launch_templates_call({{"launch-template-name", {"a"}}}, {})),
            "Action=DescribeLaunchTemplates&Version=2016-11-15&Filter.1.Name=launch-template-name"
            "&Filter.1.Value.1=a&MaxResults=200");
}

constexpr std::string_view kSnapshotMembers = R"(
  <snapshotId>snap-0a</snapshotId><volumeId>vol-0b</volumeId><status>error</status>
  <startTime>2026-03-01T12:00:00.000Z</startTime><progress>40%</progress>
  <statusMessage>Given key ID is not accessible</statusMessage>
  <ownerId>123456789012</ownerId><volumeSize>8</volumeSize><encrypted>true</encrypted>
  <kmsKeyId>arn:aws:kms:us-east-1:1:key/a</kmsKeyId>
  <tagSet><item><key>k</key><value>v</value></item></tagSet>)";

TEST(StorageTest, ReadsSnapshotsAlikeWhetherDescribedOrJustTaken) {
  const Snapshot expected{.id = SnapshotId("snap-0a"),
                          .volume = VolumeId("vol-0b"),
                          .state = SnapshotState::error,
                          .progress = "40%",
                          .message = "Given key ID is not accessible",
                          .started = *parse_iso8601("2026-03-01T12:00:00Z"),
                          .size_gib = 8,
                          .kms_key = "arn:aws:kms:us-east-1:1:key/a",
                          .tags = {{"k", "v"}}};
  const std::string members(kSnapshotMembers);
  const auto page =
      parse_describe_snapshots("<DescribeSnapshotsResponse><snapshotSet><item>" + members +
                               "</item></snapshotSet></DescribeSnapshotsResponse>");
  ASSERT_TRUE(page.has_value()) << page.error().describe();
  EXPECT_EQ(page->items, std::vector{expected});
  const auto taken =
      parse_create_snapshot("<CreateSnapshotResponse>" + members + "</CreateSnapshotResponse>");
  ASSERT_TRUE(taken.has_value()) << taken.error().describe();
  EXPECT_EQ(*taken, expected);
  EXPECT_EQ(parse_create_snapshot("<CreateSnapshotResponse/>").error().code, Errc::malformed_reply);
}

TEST(StorageTest, ReadsTheVolumeThatIsBeingCreated) {
  const auto volume = parse_create_volume(R"(<CreateVolumeResponse>
    <volumeId>vol-0c</volumeId><size>8</size><snapshotId>snap-0a</snapshotId>
    <availabilityZone>us-east-1b</availabilityZone><status>creating</status>
    <createTime>2026-03-01T12:00:00.000Z</createTime><volumeType>gp3</volumeType><iops>3000</iops>
    <throughput>125</throughput><multiAttachEnabled>false</multiAttachEnabled>
    </CreateVolumeResponse>)");
  ASSERT_TRUE(volume.has_value()) << volume.error().describe();
  EXPECT_EQ(volume->id, VolumeId("vol-0c"));
  EXPECT_EQ(volume->state, VolumeState::creating);
  EXPECT_EQ(volume->snapshot, SnapshotId("snap-0a"));
  EXPECT_EQ(volume->created, *parse_iso8601("2026-03-01T12:00:00Z"));
  EXPECT_EQ(volume->iops, 3000);
  EXPECT_EQ(volume->throughput, 125);
}

TEST(StorageTest, ReadsRecords) {
  const auto page = parse_describe_launch_templates(R"(<DescribeLaunchTemplatesResponse>
    <launchTemplates><item><launchTemplateId>lt-1</launchTemplateId>
    <launchTemplateName>name</launchTemplateName>
    <tagSet><item><key>k</key><value>v</value></item></tagSet></item></launchTemplates>
    </DescribeLaunchTemplatesResponse>)");
  ASSERT_TRUE(page.has_value()) << page.error().describe();
  EXPECT_EQ(page->items,
            (std::vector{LaunchTemplate{LaunchTemplateId("lt-1"), "name", {{"k", "v"}}}}));
}

TEST(StorageTest, AVolumeGrowsByACallThatIsNotRepeatedUnseen) {
  const auto call = grow_volume_call(VolumeId("vol-1"), 16);
  EXPECT_EQ(call.effect, Effect::unknown);
  EXPECT_EQ(encode_call(call), "Action=ModifyVolume&Version=2016-11-15&VolumeId=vol-1&Size=16");
  EXPECT_EQ(encode_call(describe_volume_changes_call({{"volume-id", {"vol-1"}}}, {})),
            "Action=DescribeVolumesModifications&Version=2016-11-15&Filter.1.Name=volume-id"
            "&Filter.1.Value.1=vol-1&MaxResults=500");
}

TEST(StorageTest, ReadsHowFarAChangeIs) {
  const std::string change =
      "<volumeId>vol-1</volumeId><targetSize>16</targetSize><originalSize>8</originalSize>";
  const auto page = parse_describe_volume_changes(
      "<DescribeVolumesModificationsResponse><volumeModificationSet><item>" + change +
      "<modificationState>optimizing</modificationState><progress>40</progress></item></"
      "volumeModificationSet></DescribeVolumesModificationsResponse>");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->items.front(), (VolumeChange{.volume = VolumeId("vol-1"),
                                               .state = "optimizing",
                                               .message = {},
                                               .progress = 40,
                                               .target_gib = 16}));
  const auto begun = parse_grow_volume("<ModifyVolumeResponse><volumeModification>" + change +
                                       "<modificationState>modifying</modificationState>"
                                       "</volumeModification></ModifyVolumeResponse>");
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(begun->state, "modifying");
  EXPECT_FALSE(parse_grow_volume("<ModifyVolumeResponse/>"));
}

}  // namespace
}  // namespace ec2spotter::aws
