// Volumes as resources: sizes, rates, the JSON of new ones.
#include "sim/core/resources/volumes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/broken_rule.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/call/limits.hpp"
#include "sim/core/resources/disk_use.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// Sizes in GiB and rates that each volume type takes. Source: EC2 API reference, CreateVolume.
struct VolumeType {
  std::string_view name;
  long size_min, size_max;
  long iops_min, iops_max;              // 0: cannot be given
  long throughput_min, throughput_max;  // MiB/s; 0: cannot be given
};

constexpr auto kVolumeTypes = std::to_array<VolumeType>({
    {"gp2", 1, 16384, 0, 0, 0, 0},
    {"gp3", 1, 65536, 3000, 80000, 125, 2000},
    {"io1", 4, 16384, 100, 64000, 0, 0},
    {"io2", 4, 65536, 100, 256000, 0, 0},
    {"st1", 125, 16384, 0, 0, 0, 0},
    {"sc1", 125, 16384, 0, 0, 0, 0},
    {"standard", 1, 1024, 0, 0, 0, 0},
});

// In MiB/s. Source: EC2 API reference, CreateVolume, VolumeInitializationRate.
constexpr long kInitializationLeast = 100;
constexpr long kInitializationMost = 300;
constexpr const char* kInitializedAt = "_initialized_at";

Result<void> check_rate(const std::optional<long>& rate, long min, long max, const char* name,
                        std::string_view type) {
  if (!rate) return {};
  if (max == 0) {
    return refuse("InvalidParameterCombination", std::string("The parameter ") + name +
                                                     " is not supported for " + std::string(type) +
                                                     " volumes.");
  }
  if (*rate >= min && *rate <= max) return {};
  return refuse("InvalidParameterValue", std::string(name) + " must be from " +
                                             std::to_string(min) + " to " + std::to_string(max) +
                                             " for this volume type");
}

}  // namespace

Result<void> complete_disk(World& world, const std::string& region, DiskSpec& disk) {
  if (!disk.snapshot_id.empty()) {
    const Json* snapshot = world.find(region, "snapshot", disk.snapshot_id);
    if (snapshot == nullptr) {
      return refuse("InvalidSnapshot.NotFound",
                    "The snapshot '" + disk.snapshot_id + "' does not exist.");
    }
    if (text(*snapshot, "status") != "completed") {
      return refuse("IncorrectState", "Snapshot '" + disk.snapshot_id + "' is not 'completed'.");
    }
    const long min = snapshot->at("volumeSize").get<long>();
    if (!disk.size_gib) disk.size_gib = min;
    if (*disk.size_gib < min) {
      return refuse("InvalidBlockDeviceMapping",
                    "Volume of size " + std::to_string(*disk.size_gib) +
                        "GB is smaller than snapshot '" + disk.snapshot_id +
                        "', expect size >= " + std::to_string(min) + "GB");
    }
    if (snapshot->at("encrypted").get<bool>()) disk.encrypted = true;
    TRY_VOID(complete_encryption(world, region, disk, text(*snapshot, "kmsKeyId")));
  } else {
    TRY_VOID(complete_encryption(world, region, disk, ""));
  }
  if (disk.volume_type.empty()) disk.volume_type = "gp2";
  if (!disk.size_gib) {
    return refuse("MissingParameter", "The request must contain the parameter size or snapshotId");
  }
  return check_volume(disk);
}

Json volume_json(World& world, const DiskSpec& disk, const std::string& zone, Json tags) {
  Json volume{{"volumeId", world.new_id("vol-")},
              {"size", *disk.size_gib},
              {"volumeType", disk.volume_type},
              {"availabilityZone", zone},
              {"status", "available"},
              {"createTime", world.timestamp()},
              {"encrypted", disk.encrypted.value_or(false)},
              {"multiAttachEnabled", false},
              {"snapshotId", disk.snapshot_id},
              {"attachmentSet", Json::array()},
              {"tagSet", std::move(tags)}};
  if (disk.volume_type == "gp2") volume["iops"] = std::clamp(*disk.size_gib * 3, 100L, 16000L);
  if (disk.volume_type == "gp3") volume["iops"] = 3000;
  if (disk.volume_type == "gp3") volume["throughput"] = 125;
  if (disk.volume_type.starts_with("io")) volume["iops"] = 100;
  if (disk.iops) volume["iops"] = *disk.iops;
  if (disk.throughput) volume["throughput"] = *disk.throughput;
  if (volume["encrypted"].get<bool>()) volume["kmsKeyId"] = disk.kms_key;
  note_first_use(world, volume);
  return volume;
}

bool is_under_way(const Json& change) {
  const std::string state = text(change, "modificationState");
  return state != "completed" && state != "failed";
}

Result<void> check_initialization(World& world, const std::string& region, const DiskSpec& disk) {
  if (!disk.initialization_mib_s) return {};
  const long rate = *disk.initialization_mib_s;
  if (disk.snapshot_id.empty()) {
    return refuse("InvalidParameterCombination",
                  "VolumeInitializationRate is supported only for volumes made from a snapshot");
  }
  if (rate < kInitializationLeast || rate > kInitializationMost) {
    return refuse("InvalidParameterValue",
                  "Value (" + std::to_string(rate) +
                      ") for parameter VolumeInitializationRate is invalid: 100 to 300 MiB/s");
  }
  long taken = 0;
  for (const auto& [id, volume] : world.table(region, "volume")) {
    if (!world.is_before(volume, kInitializedAt)) continue;
    taken += volume.value("volumeInitializationRate", 0L);
  }
  if (taken + rate <= quota(world, "initialization_mib_s")) return {};
  return refuse("ResourceLimitExceeded",
                "The volume initialization rates of this Region would exceed its limit");
}

void begin_initialization(World& world, const DiskSpec& disk, Json& volume) {
  if (!disk.initialization_mib_s) return;
  const long rate = *disk.initialization_mib_s;
  volume["volumeInitializationRate"] = rate;
  const Duration takes = world.work(std::chrono::seconds(used_mib(world, volume) / rate + 1));
  volume[kInitializedAt] = format_iso8601(world.now() + takes, Fraction::milliseconds);
}

Json attachment_json(World& world, const std::string& volume_id, const std::string& instance_id,
                     const AttachmentSpec& spec) {
  return {{"volumeId", volume_id},           {"instanceId", instance_id},
          {"device", spec.device},           {"status", "attaching"},
          {"attachTime", world.timestamp()}, {"deleteOnTermination", spec.delete_on_termination}};
}

Json mapping_of(const Json& attachment) {
  return {{"deviceName", attachment.at("device")},
          {"ebs",
           {{"volumeId", attachment.at("volumeId")},
            {"status", attachment.at("status")},
            {"attachTime", attachment.at("attachTime")},
            {"deleteOnTermination", attachment.at("deleteOnTermination")}}}};
}

Result<void> check_available(const Json& volume) {
  const std::string id = text(volume, "volumeId");
  const bool in_use = text(volume, "status") == "in-use" || !volume.at("attachmentSet").empty();
  if (in_use && !breaks_rule(1)) {
    return refuse("VolumeInUse", id + " is already attached to an instance");
  }
  if (in_use || text(volume, "status") == "available") return {};
  return refuse("IncorrectState", "Volume '" + id + "' is not 'available'.");
}

Result<void> check_same_zone(const Json& volume, const Json& instance) {
  if (text(volume, "availabilityZone") == text(instance.at("placement"), "availabilityZone")) {
    return {};
  }
  return refuse("InvalidVolume.ZoneMismatch",
                "The volume '" + text(volume, "volumeId") +
                    "' is not in the same availability zone as instance '" +
                    text(instance, "instanceId") + "'");
}

void erase_volume(World& world, const std::string& region, const std::string& id) {
  static_cast<void>(world.bodies().delete_volume(id));
  world.erase(region, "volume", id);
}

void delete_if_free(World& world, const std::string& region, const std::string& id) {
  const Json* volume = world.find(region, "volume", id);
  if (volume != nullptr && volume->at("attachmentSet").empty()) erase_volume(world, region, id);
}

Result<void> check_volume(const DiskSpec& disk) {
  for (const VolumeType& type : kVolumeTypes) {
    if (type.name != disk.volume_type) continue;
    if (*disk.size_gib < type.size_min || *disk.size_gib > type.size_max) {
      return refuse("InvalidParameterValue", "Volume of " + std::to_string(*disk.size_gib) +
                                                 "GiB is out of range for volume type " +
                                                 disk.volume_type);
    }
    TRY_VOID(check_rate(disk.iops, type.iops_min, type.iops_max, "iops", type.name));
    return check_rate(disk.throughput, type.throughput_min, type.throughput_max, "throughput",
                      type.name);
  }
  return refuse("InvalidParameterValue",
                "Value (" + disk.volume_type + ") for parameter volumeType is invalid.");
}

}  // namespace ec2spotter::sim
