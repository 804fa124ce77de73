// The requests about snapshots, and about volumes that are made or deleted.
#include "aws/wire/ec2/request_parts.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kChangesOfAPage = "500";  // the largest that EC2 allows

void add_number(Params& params, std::string_view name, int value) {
  if (value != 0) params.add(std::string(name), std::to_string(value));
}

}  // namespace

ApiCall describe_snapshots_call(const std::vector<Filter>& filters, const Page& page) {
  ApiCall call = describe("DescribeSnapshots", filters, page);
  // Else EC2 looks through every public snapshot of the region.
  call.params.add("Owner.1", "self");
  return call;
}

ApiCall create_snapshot_call(const SnapshotSpec& spec) {
  ApiCall call = changing("CreateSnapshot");
  call.params.add("VolumeId", spec.volume.str());
  call.params.add_if("Description", spec.description);
  add_tag_specifications(call.params, "", {"snapshot"}, spec.tags);
  return call;
}

ApiCall copy_snapshot_call(const SnapshotCopySpec& spec, const std::string& region,
                           const std::string& presigned_url) {
  ApiCall call = changing("CopySnapshot");
  Params& params = call.params;
  params.add("SourceRegion", spec.source_region);
  params.add("SourceSnapshotId", spec.source.str());
  params.add_if("Description", spec.description);
  params.add("DestinationRegion", region);
  if (!spec.kms_key.empty()) {
    params.add_bool("Encrypted", true);
    params.add("KmsKeyId", spec.kms_key);
  }
  params.add_if("PresignedUrl", presigned_url);
  add_tag_specifications(params, "", {"snapshot"}, spec.tags);
  return call;
}

ApiCall delete_snapshot_call(const SnapshotId& id) {
  ApiCall call = changing("DeleteSnapshot");
  call.params.add("SnapshotId", id.str());
  return call;
}

ApiCall create_volume_call(const VolumeSpec& spec) {
  ApiCall call = changing("CreateVolume");
  if (!spec.client_token.empty()) call.effect = Effect::by_token;
  Params& params = call.params;
  params.add("SnapshotId", spec.snapshot.str());
  params.add("AvailabilityZone", spec.zone);
  add_number(params, "Size", spec.size_gib);
  // EC2's default is an old type.
  params.add_if("VolumeType", spec.type);
  add_number(params, "Iops", spec.iops);
  add_number(params, "Throughput", spec.throughput);
  if (!spec.kms_key.empty()) {
    params.add_bool("Encrypted", true);
    params.add("KmsKeyId", spec.kms_key);
  }
  add_number(params, "VolumeInitializationRate", spec.initialization_rate);
  params.add_if("ClientToken", spec.client_token);
  add_tag_specifications(params, "", {"volume"}, spec.tags);
  return call;
}

ApiCall describe_volume_changes_call(const std::vector<Filter>& filters, const Page& page) {
  ApiCall call = reading("DescribeVolumesModifications");
  add_filters(call.params, filters);
  add_page(call.params, page, kChangesOfAPage);
  return call;
}

ApiCall grow_volume_call(const VolumeId& volume, int size_gib) {
  ApiCall call = changing("ModifyVolume");
  call.params.add("VolumeId", volume.str());
  call.params.add("Size", std::to_string(size_gib));
  return call;
}

ApiCall delete_volume_call(const VolumeId& volume) {
  ApiCall call = changing("DeleteVolume");
  call.params.add("VolumeId", volume.str());
  return call;
}

}  // namespace ec2spotter::aws
