#include "control/importing/source.hpp"

#include <algorithm>
#include <tuple>

#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

// The device in what imported_from wrote; empty: the volume was not imported from this instance.
std::string device_in_tag(const Volume& volume, const InstanceId& instance) {
  const std::string prefix = imported_from(instance, "");
  const std::string value = tag::value(volume.tags, tag::kImportedFrom);
  return value.starts_with(prefix) ? value.substr(prefix.size()) : std::string();
}

SourceDisk disk_of(const Volume& volume, const Instance& instance) {
  SourceDisk disk{.volume = volume, .device = device_in_tag(volume, instance.id)};
  for (const Attachment& attachment : volume.attachments) {
    if (attachment.instance != instance.id) continue;
    disk.device = attachment.device;
    disk.attached = true;
  }
  // DescribeInstances shows the flag that counts; see also docs/unverified.md.
  for (const BlockDevice& device : instance.block_devices) {
    if (device.volume != volume.id) continue;
    disk.device = device.device;
    disk.attached = true;
    disk.delete_on_termination = device.delete_on_termination;
  }
  return disk;
}

Result<std::vector<SourceDisk>> disks_of(const Instance& instance, aws::Ec2& ec2) {
  TRY(auto volumes, ec2.describe_volumes({}, {{"attachment.instance-id", {instance.id.str()}}}));
  TRY(const auto taken,
      ec2.describe_volumes({}, {tag_filter(tag::kImportedFrom, imported_from(instance.id, "*"))}));
  for (const Volume& volume : taken) {
    const bool known = std::any_of(volumes.begin(), volumes.end(),
                                   [&](const Volume& each) { return each.id == volume.id; });
    if (!known) volumes.push_back(volume);
  }
  std::vector<SourceDisk> disks;
  disks.reserve(volumes.size());
  for (const Volume& volume : volumes) disks.push_back(disk_of(volume, instance));
  std::sort(disks.begin(), disks.end(), [&](const SourceDisk& a, const SourceDisk& b) {
    const auto order = [&](const SourceDisk& disk) {
      return std::tuple(disk.device != instance.root_device, disk.device, disk.volume.id);
    };
    return order(a) < order(b);
  });
  return disks;
}

}  // namespace

std::string imported_from(const InstanceId& instance, const std::string& place) {
  return instance.str() + " " + place;
}

const SourceDisk* root_of(const ImportSource& source) {
  if (source.disks.empty()) return nullptr;
  const SourceDisk& first = source.disks.front();
  return first.device == source.instance.root_device ? &first : nullptr;
}

Result<ImportSource> look_at_source(const InstanceId& id, aws::Ec2& ec2) {
  const auto instances = ec2.describe_instances({id}, {});
  const bool missing = instances ? instances->empty() : instances.error().code == Errc::not_found;
  if (missing) {
    return fail(Errc::not_found, "there is no instance " + id.str() +
                                     " in this region; check the id, or give --region");
  }
  if (!instances) return fail(instances.error());
  ImportSource source{.instance = instances->front()};
  TRY(source.disks, disks_of(source.instance, ec2));
  TRY(source.addresses, ec2.describe_addresses({{"instance-id", {id.str()}}}));
  if (source.instance.spot_request.empty()) return source;
  TRY(const auto requests, ec2.describe_spot_requests({{"spot-instance-request-id",
                                                        {source.instance.spot_request.str()}}}));
  if (!requests.empty()) source.request = requests.front();
  return source;
}

}  // namespace ec2spotter
