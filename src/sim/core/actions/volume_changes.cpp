// ModifyVolume, and how far EC2 has come with it.
#include <string_view>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr long kChangesMost = 4;  // of one volume, within 24 hours
constexpr std::string_view kRates[] = {"iops", "throughput"};

// "original" and "iops" give originalIops.
void add_rates(Json& change, const std::string& prefix, const Json& volume) {
  if (volume.contains("iops")) change[prefix + "Iops"] = volume.at("iops");
  if (volume.contains("throughput")) change[prefix + "Throughput"] = volume.at("throughput");
}

Result<void> check_rate_of_changes(const Call& call, const Json& volume) {
  long recent = 0;
  for (const Json& at : volume.value("_modified", Json::array())) {
    const auto time = parse_iso8601(at.get<std::string>());
    if (time && call.world.now() - *time < 24h) ++recent;
  }
  if (recent < kChangesMost) return {};
  return refuse("VolumeModificationRateExceeded",
                "Volume '" + text(volume, "volumeId") + "' has been modified " +
                    std::to_string(recent) + " times within 24 hours");
}

// Grows only, one change at a time, and four within a day.
Result<void> check_change(Call& call, const Json& volume, const DiskSpec& wanted) {
  if (*wanted.size_gib < volume.at("size").get<long>()) {
    return refuse("InvalidParameterValue", "New size cannot be smaller than existing size");
  }
  const std::string id = text(volume, "volumeId");
  const std::string status = text(volume, "status");
  if (status != "available" && status != "in-use") {
    return refuse("IncorrectState", "Volume '" + id + "' is '" + status + "'.");
  }
  const Json* change = call.find(kVolumeChange, id);
  if (change != nullptr && is_under_way(*change)) {
    return refuse("IncorrectModificationState",
                  "Volume '" + id + "' is still being modified; wait until that has completed");
  }
  TRY_VOID(check_rate_of_changes(call, volume));
  return check_volume(wanted);
}

Result<DiskSpec> read_change(Params& params) {
  DiskSpec wanted;
  TRY(wanted.size_gib, params.number("Size"));
  wanted.volume_type = params.get_or("VolumeType", "");
  TRY(wanted.iops, params.number("Iops"));
  TRY(wanted.throughput, params.number("Throughput"));
  TRY(const bool multi_attach, params.flag("MultiAttachEnabled", false));
  if (multi_attach) return refuse("UnsupportedOperation", "Multi-Attach is not simulated");
  return wanted;
}

// What is not given stays, except the rates under another type, which has its own. The rate of gp2
// follows from its size.
void complete_change(DiskSpec& wanted, const Json& volume) {
  const std::string type = text(volume, "volumeType");
  if (!wanted.size_gib) wanted.size_gib = volume.at("size").get<long>();
  if (wanted.volume_type.empty()) wanted.volume_type = type;
  if (wanted.volume_type != type || type == "gp2") return;
  if (!wanted.iops && volume.contains("iops")) wanted.iops = volume.at("iops").get<long>();
  if (!wanted.throughput && volume.contains("throughput")) {
    wanted.throughput = volume.at("throughput").get<long>();
  }
}

// The new size shows only once the change is optimizing.
void set_rates(World& world, Json& volume, const DiskSpec& wanted) {
  const Json changed = volume_json(world, wanted, text(volume, "availabilityZone"), {});
  volume["volumeType"] = wanted.volume_type;
  for (const std::string_view key : kRates) {
    volume.erase(std::string(key));
    if (changed.contains(key)) volume[std::string(key)] = changed.at(std::string(key));
  }
}

void schedule_change(Call& call, const std::string& id) {
  const auto plan = [&](const char* kind, Duration after) {
    call.world.schedule(call.world.work(after),
                        {{"kind", kind}, {"region", call.region}, {"id", id}});
  };
  if (call.fault == kVolumeChangeFails) return plan("volume_change_failed", 2s);
  plan("volume_optimizing", 2s);
  plan("volume_half_optimized", 30s);
  plan("volume_modified", 60s);
}

Result<Json> modify_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  TRY(DiskSpec wanted, read_change(call.params));
  TRY(Json * volume, need(call, "volume", "InvalidVolume.NotFound", volume_id));
  complete_change(wanted, *volume);
  TRY_VOID(check_change(call, *volume, wanted));
  TRY_VOID(call.finish());
  Json change{{"volumeId", volume_id},
              {"modificationState", "modifying"},
              {"progress", 0},
              {"originalSize", volume->at("size")},
              {"targetSize", *wanted.size_gib},
              {"originalVolumeType", text(*volume, "volumeType")},
              {"targetVolumeType", wanted.volume_type},
              {"originalMultiAttachEnabled", false},
              {"targetMultiAttachEnabled", false},
              {"startTime", call.world.timestamp()}};
  add_rates(change, "original", *volume);
  set_rates(call.world, *volume, wanted);
  add_rates(change, "target", *volume);
  call.put(kVolumeChange, volume_id) = change;
  (*volume)["_modified"].push_back(call.world.timestamp());
  schedule_change(call, volume_id);
  return Json{{"volumeModification", std::move(change)}};
}

Result<Json> describe_changes(Call& call) {
  static const FilterPaths kPaths{{"volume-id", "volumeId"},
                                  {"modification-state", "modificationState"},
                                  {"original-iops", "originalIops"},
                                  {"original-size", "originalSize"},
                                  {"original-volume-type", "originalVolumeType"},
                                  {"originalMultiAttachEnabled", "originalMultiAttachEnabled"},
                                  {"start-time", "startTime"},
                                  {"target-iops", "targetIops"},
                                  {"target-size", "targetSize"},
                                  {"target-volume-type", "targetVolumeType"},
                                  {"targetMultiAttachEnabled", "targetMultiAttachEnabled"}};
  return describe(call, {.kind = kVolumeChange,
                         .id_parameter = "VolumeId",
                         .not_found = "InvalidVolumeModification.NotFound",
                         .set = "volumeModificationSet",
                         .filters = &kPaths,
                         .page = {.min = 1, .max = 500}});
}

}  // namespace

void add_volume_change_actions(Actions& actions) {
  actions.insert(
      {{"ModifyVolume", modify_volume}, {"DescribeVolumesModifications", describe_changes}});
}

}  // namespace ec2spotter::sim
