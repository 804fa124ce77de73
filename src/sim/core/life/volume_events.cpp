// What time and guests do to volumes.
#include "sim/core/life/volume_events.hpp"

#include "sim/core/resources/disk_use.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/instance_state.hpp"

namespace ec2spotter::sim {
namespace {

void attached(World& world, const std::string& region, const std::string& volume_id) {
  Json* volume = world.find(region, "volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return;
  Json& attachment = volume->at("attachmentSet")[0];
  if (text(attachment, "status") != "attaching") return;
  attachment["status"] = "attached";
  Json* instance = world.find(region, "instance", text(attachment, "instanceId"));
  if (instance == nullptr) return;
  for (Json& mapping : instance->at("blockDeviceMapping")) {
    if (text(mapping.at("ebs"), "volumeId") == volume_id) mapping["ebs"]["status"] = "attached";
  }
}

void end_change(World& world, Json& change, const char* state) {
  change["modificationState"] = state;
  change["endTime"] = world.timestamp();
}

// The room is there as soon as the change is optimizing.
void grow(World& world, Json& volume, Json& change) {
  const long size = change.at("targetSize").get<long>();
  const auto grown = world.bodies().grow_volume(text(volume, "volumeId"), static_cast<int>(size));
  if (!grown) {
    change["statusMessage"] = grown.error().message;
    return end_change(world, change, "failed");
  }
  volume["size"] = size;
  change["modificationState"] = "optimizing";
}

void on_change_event(World& world, const std::string& kind, Json& volume, Json& change) {
  if (kind == "volume_optimizing") grow(world, volume, change);
  if (kind == "volume_half_optimized") change["progress"] = 50;
  if (kind == "volume_change_failed") {
    change["statusMessage"] = "an internal error; try again";
    end_change(world, change, "failed");
  }
  if (kind != "volume_modified") return;
  change["progress"] = 100;
  end_change(world, change, "completed");
}

}  // namespace

void forget_disk(Json& instance, const std::string& volume_id) {
  Json kept = Json::array();
  for (Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping.at("ebs"), "volumeId") != volume_id) kept.push_back(std::move(mapping));
  }
  instance["blockDeviceMapping"] = std::move(kept);
}

void free_volume(World& world, Json& volume) {
  note_held(world, volume);
  volume["attachmentSet"] = Json::array();
  volume["status"] = "available";
}

void detached(World& world, const std::string& region, const std::string& volume_id) {
  Json* volume = world.find(region, "volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return;
  const Json& attachment = volume->at("attachmentSet")[0];
  // A later attachment is not ended by the event of an earlier one.
  if (text(attachment, "status") != "detaching") return;
  if (world.is_before(attachment, "_free_at")) {
    const TimePoint at = *parse_iso8601(text(attachment, "_free_at"));
    return world.schedule(at - world.now(),
                          {{"kind", "detached"}, {"region", region}, {"id", volume_id}});
  }
  const std::string holder = text(attachment, "instanceId");
  free_volume(world, *volume);
  if (Json* instance = world.find(region, "instance", holder)) forget_disk(*instance, volume_id);
}

void settle_detaching(World& world, const std::string& region, const std::string& instance_id) {
  for (const auto& [volume_id, volume] : world.table(region, "volume")) {
    const Json& attachments = volume.at("attachmentSet");
    if (attachments.empty() || text(attachments[0], "instanceId") != instance_id) continue;
    if (text(attachments[0], "status") == "detaching") detached(world, region, volume_id);
  }
}

void on_snapshot_event(World& world, const Json& event, Json& snapshot) {
  if (text(snapshot, "status") != "pending") return;
  const std::string kind = text(event, "kind");
  if (kind == "snapshot_progress") snapshot["progress"] = text(event, "progress");
  if (kind == "snapshot_failed") {
    snapshot["status"] = "error";
    snapshot["statusMessage"] = text(event, "message");
  }
  if (kind != "snapshot_completed") return;
  snapshot["status"] = "completed";
  snapshot["progress"] = "100%";
  snapshot["completionTime"] = world.timestamp();
}

void on_volume_event(World& world, const std::string& kind, const std::string& region,
                     Json& volume) {
  const std::string id = text(volume, "volumeId");
  if (kind == "attached") return attached(world, region, id);
  if (kind == "detached") return detached(world, region, id);
  if (kind == "volume_available" && text(volume, "status") == "creating") {
    volume["status"] = "available";
  }
  if (kind == "volume_error") volume["status"] = "error";
  if (kind == "volume_failed") return erase_volume(world, region, id);
  Json* change = world.find(region, kVolumeChange, id);
  if (change != nullptr && is_under_way(*change)) on_change_event(world, kind, volume, *change);
}

}  // namespace ec2spotter::sim
