// CreateSnapshot, and CreateSnapshots for all volumes of an instance at one moment.
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/snapshots.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPendingPerVolumeMost = 5;
constexpr std::size_t kPendingOfHddMost = 1;  // of a volume of the types st1 and sc1
constexpr std::size_t kPendingMost = 100;
constexpr std::size_t kTagsMost = 50;
constexpr Duration kBetweenSnapshots = 15s;  // of one volume

bool is_pending(const Json& snapshot) { return text(snapshot, "status") == "pending"; }

bool taken_lately(Call& call, const Json& snapshot) {
  const auto start = parse_iso8601(text(snapshot, "startTime"));
  return start && call.world.now() - *start < kBetweenSnapshots;
}

// Request rates are limited as EC2 does it in the realistic profile, or when a test says so.
bool counts_rates(Call& call) {
  const bool realistic = call.world.profile() == Profile::realistic;
  return call.world.settings().value("limits", realistic);
}

Result<void> check_state(const Json& volume) {
  const std::string status = text(volume, "status");
  if (status == "available" || status == "in-use") return {};
  return refuse("IncorrectState", "Volume '" + text(volume, "volumeId") + "' is '" + status + "'.");
}

// How many snapshots EC2 takes at the same time, and one after the other, of one volume.
Result<void> check_limits(Call& call, const Json& volume) {
  const std::string id = text(volume, "volumeId");
  const std::string type = text(volume, "volumeType");
  const std::size_t most =
      type == "st1" || type == "sc1" ? kPendingOfHddMost : kPendingPerVolumeMost;
  std::size_t pending = 0;
  for (const auto& [snapshot_id, snapshot] : call.table("snapshot")) {
    if (text(snapshot, "volumeId") != id) continue;
    if (is_pending(snapshot)) ++pending;
    if (!counts_rates(call) || !taken_lately(call, snapshot)) continue;
    return refuse("SnapshotCreationPerVolumeRateExceeded",
                  "The maximum per volume CreateSnapshot request rate has been exceeded. Use an "
                  "increasing or variable sleep interval between requests.");
  }
  if (pending < most) return {};
  return refuse("ConcurrentSnapshotLimitExceeded",
                "Maximum allowed in-progress snapshots for a single volume exceeded.");
}

Result<void> check_pending(Call& call, std::size_t more) {
  const Table& all = call.table("snapshot");
  const auto pending = static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const auto& entry) { return is_pending(entry.second); }));
  if (pending + more <= kPendingMost) return {};
  return refuse("PendingSnapshotLimitExceeded",
                "The maximum number of pending snapshots has been reached.");
}

Result<void> check_wishes(Call& call, const std::vector<Wish>& wishes) {
  for (const Wish& wish : wishes) {
    TRY_VOID(check_state(*wish.volume));
    TRY_VOID(check_limits(call, *wish.volume));
  }
  return check_pending(call, wishes.size());
}

Result<Json> create_snapshot(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  const std::string description = call.params.get_or("Description", "");
  TRY(const std::string location, one_of(call.params, "Location", "regional", {}));
  TRY(Json tags, read_tags(call.params, "snapshot"));
  TRY(const Json* volume, need(call, "volume", "InvalidVolume.NotFound", volume_id));
  TRY_VOID(call.finish());
  const std::vector<Wish> wishes{{volume, std::move(tags)}};
  TRY_VOID(check_wishes(call, wishes));
  TRY(auto made, take_snapshots(call.world, call.region, wishes, description));
  return std::move(made.front());
}

struct Instructions {
  std::string instance_id;
  bool without_root = false;
  std::vector<std::string> left_out;
};

Result<Instructions> read_instructions(Params& params) {
  Instructions read;
  Params given = params.structure("InstanceSpecification");
  TRY(read.instance_id, given.need("InstanceId"));
  TRY(read.without_root, given.flag("ExcludeBootVolume", false));
  read.left_out = given.list("ExcludeDataVolumeId");
  TRY_VOID(given.finish());
  return read;
}

Result<void> check_left_out(const Instructions& wanted, const Json& instance) {
  const auto attached = values_at(instance, "blockDeviceMapping/*/ebs/volumeId");
  for (const std::string& id : wanted.left_out) {
    if (id == root_volume_of(instance)) {
      return refuse("InvalidParameterValue", "The volume '" + id +
                                                 "' is the root volume; use ExcludeBootVolume to "
                                                 "exclude it.");
    }
    if (std::find(attached.begin(), attached.end(), id) != attached.end()) continue;
    return refuse("InvalidParameterValue",
                  "The volume '" + id + "' is not attached to '" + wanted.instance_id + "'");
  }
  return {};
}

// The tags that the call gives, and those of the volume under other keys.
Result<Json> with_tags_of(const Json& volume, const Json& given) {
  Json tags = given;
  for (const Json& tag : volume.value("tagSet", Json::array())) {
    const std::string key = text(tag, "key");
    const bool taken = std::any_of(given.begin(), given.end(),
                                   [&](const Json& other) { return text(other, "key") == key; });
    if (!taken && !key.starts_with("aws:")) tags.push_back(tag);
  }
  if (tags.size() > kTagsMost) return refuse("TagLimitExceeded", "More than 50 tags");
  return tags;
}

Result<std::vector<Wish>> wishes_of(Call& call, const Instructions& wanted, const Json& instance,
                                    const Json& tags, bool copy_tags) {
  std::vector<Wish> wishes;
  for (const std::string& id : values_at(instance, "blockDeviceMapping/*/ebs/volumeId")) {
    const bool root = id == root_volume_of(instance);
    const auto& out = wanted.left_out;
    if (root ? wanted.without_root : std::find(out.begin(), out.end(), id) != out.end()) continue;
    Wish wish{call.find("volume", id), tags};
    if (copy_tags) {
      TRY(wish.tags, with_tags_of(*wish.volume, tags));
    }
    wishes.push_back(std::move(wish));
  }
  if (!wishes.empty()) return wishes;
  return refuse("InvalidParameterValue",
                "No volume of '" + wanted.instance_id + "' is left to take a snapshot of");
}

// The set names the state of a snapshot `state`; DescribeSnapshots names it `status`.
Json in_set(Json snapshot) {
  snapshot["state"] = snapshot.at("status");
  snapshot.erase("status");
  snapshot.erase("kmsKeyId");
  return snapshot;
}

Result<Json> create_snapshots(Call& call) {
  TRY(const Instructions wanted, read_instructions(call.params));
  const std::string description = call.params.get_or("Description", "");
  TRY(const std::string location, one_of(call.params, "Location", "regional", {}));
  TRY(const std::string source, one_of(call.params, "CopyTagsFromSource", "", {"volume"}));
  TRY(const Json tags, read_tags(call.params, "snapshot"));
  TRY(const Json* instance, need_instance(call, wanted.instance_id));
  TRY_VOID(call.finish());
  const std::string state = state_name(*instance);
  if (state != "running" && state != "stopping" && state != "stopped") {
    return refuse("IncorrectState", "Instance '" + wanted.instance_id + "' is '" + state + "'.");
  }
  TRY_VOID(check_left_out(wanted, *instance));
  TRY(const auto wishes, wishes_of(call, wanted, *instance, tags, source == "volume"));
  TRY_VOID(check_wishes(call, wishes));
  TRY(auto made, take_snapshots(call.world, call.region, wishes, description));
  Json set = Json::array();
  for (Json& snapshot : made) set.push_back(in_set(std::move(snapshot)));
  return Json{{"snapshotSet", std::move(set)}};
}

}  // namespace

void add_create_snapshot_actions(Actions& actions) {
  actions.insert({{"CreateSnapshot", create_snapshot}, {"CreateSnapshots", create_snapshots}});
}

}  // namespace ec2spotter::sim
