// The replies about volumes and snapshots.
#include "aws/wire/ec2/replies.hpp"
#include "aws/wire/ec2/reply_parts.hpp"

namespace ec2spotter::aws {
namespace {

Result<Attachment> read_attachment(XmlElement item) {
  Attachment attachment;
  TRY(const std::string instance, item.required("instanceId"));
  attachment.instance = InstanceId(instance);
  attachment.device = item.text("device");
  attachment.state = parse_attachment_state(item.text("status"));
  TRY(attachment.delete_on_termination, item.boolean("deleteOnTermination"));
  TRY(const auto since, item.time("attachTime"));
  attachment.since = since.value_or(TimePoint{});
  return attachment;
}

Result<Volume> read_volume(XmlElement item) {
  Volume volume;
  TRY(const std::string id, item.required("volumeId"));
  volume.id = VolumeId(id);
  volume.state = parse_volume_state(item.text("status"));
  TRY(volume.zone, item.required("availabilityZone"));
  TRY(volume.size_gib, item.integer("size"));
  volume.type = item.text("volumeType");
  TRY(volume.iops, item.integer("iops"));
  TRY(volume.throughput, item.integer("throughput"));
  volume.snapshot = SnapshotId(item.text("snapshotId"));
  TRY(const auto created, item.time("createTime"));
  volume.created = created.value_or(TimePoint{});
  TRY(volume.multi_attach, item.boolean("multiAttachEnabled"));
  volume.kms_key = item.text("kmsKeyId");
  TRY_VOID(
      read_items<Attachment>(item.child("attachmentSet"), read_attachment, volume.attachments));
  volume.tags = read_tags(item.child("tagSet"));
  return volume;
}

Result<Snapshot> read_snapshot(XmlElement item) {
  Snapshot snapshot;
  TRY(const std::string id, item.required("snapshotId"));
  snapshot.id = SnapshotId(id);
  snapshot.volume = VolumeId(item.text("volumeId"));
  snapshot.state = parse_snapshot_state(item.text("status"));
  snapshot.progress = item.text("progress");
  snapshot.message = item.text("statusMessage");
  TRY(const auto started, item.time("startTime"));
  snapshot.started = started.value_or(TimePoint{});
  TRY(snapshot.size_gib, item.integer("volumeSize"));
  snapshot.kms_key = item.text("kmsKeyId");
  snapshot.tags = read_tags(item.child("tagSet"));
  return snapshot;
}

Result<VolumeChange> read_change(XmlElement item) {
  VolumeChange change;
  TRY(const std::string id, item.required("volumeId"));
  change.volume = VolumeId(id);
  TRY(change.state, item.required("modificationState"));
  change.message = item.text("statusMessage");
  TRY(change.progress, item.integer("progress"));
  TRY(change.target_gib, item.integer("targetSize"));
  return change;
}

}  // namespace

Result<PageOf<Volume>> parse_describe_volumes(std::string_view body) {
  return read_page<Volume>(body, "DescribeVolumesResponse", "volumeSet", read_volume);
}

Result<PageOf<Snapshot>> parse_describe_snapshots(std::string_view body) {
  return read_page<Snapshot>(body, "DescribeSnapshotsResponse", "snapshotSet", read_snapshot);
}

Result<PageOf<VolumeChange>> parse_describe_volume_changes(std::string_view body) {
  return read_page<VolumeChange>(body, "DescribeVolumesModificationsResponse",
                                 "volumeModificationSet", read_change);
}

Result<VolumeChange> parse_grow_volume(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "ModifyVolumeResponse"));
  return read_change(root.child("volumeModification"));
}

Result<Snapshot> parse_create_snapshot(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "CreateSnapshotResponse"));
  return read_snapshot(root);
}

Result<SnapshotId> parse_copy_snapshot(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "CopySnapshotResponse"));
  TRY(const std::string id, root.required("snapshotId"));
  return SnapshotId(id);
}

Result<Volume> parse_create_volume(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "CreateVolumeResponse"));
  return read_volume(root);
}

}  // namespace ec2spotter::aws
