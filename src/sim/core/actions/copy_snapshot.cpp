// CopySnapshot: within a region, and from another one.
#include <algorithm>
#include <optional>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/disk_use.hpp"
#include "sim/core/resources/snapshots.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::ptrdiff_t kCopiesMost = 20;  // under way to one region
constexpr const char* kCopy = "_copy";
constexpr const char* kBadPresignedUrl = "The presigned URL is not valid for this copy";

struct Order {
  std::string source_region, source_id, description;
  bool encrypted = false;
  std::optional<std::string> key;
  bool has_url = false;  // a presigned one
  Json tags;
};

Result<Order> read_order(Call& call) {
  Params& params = call.params;
  Order order;
  TRY(order.source_region, params.need("SourceRegion"));
  TRY(order.source_id, params.need("SourceSnapshotId"));
  order.description = params.get_or("Description", "");
  TRY(order.encrypted, params.flag("Encrypted", false));
  order.key = params.get("KmsKeyId");
  order.has_url = params.get("PresignedUrl").has_value();
  const std::string destination = params.get_or("DestinationRegion", call.region);
  TRY(order.tags, read_tags(params, "snapshot"));
  TRY_VOID(call.finish());
  if (!is_region(order.source_region)) {
    return refuse("InvalidParameterValue", "Invalid region: [" + order.source_region + "]");
  }
  if (destination != call.region) {
    return refuse("InvalidParameterValue", "The call goes to the destination region");
  }
  if (order.key && !order.encrypted) {
    return refuse("InvalidParameterDependency", "KmsKeyId needs Encrypted");
  }
  return order;
}

Result<const Json*> find_source(Call& call, const Order& order) {
  const Json* source = call.world.find(order.source_region, "snapshot", order.source_id);
  if (source == nullptr) {
    return refuse("InvalidSnapshot.NotFound",
                  "The snapshot '" + order.source_id + "' does not exist.");
  }
  if (text(*source, "status") != "completed") {
    return refuse("IncorrectState", "Snapshot '" + order.source_id + "' is not 'completed'.");
  }
  if (source->at("encrypted").get<bool>() && !order.has_url) {
    return refuse("MissingParameter", "PresignedUrl is needed to copy an encrypted snapshot");
  }
  return source;
}

Result<void> check_copies(Call& call) {
  const Table& all = call.table("snapshot");
  const auto pending = std::count_if(all.begin(), all.end(), [](const auto& entry) {
    return entry.second.contains(kCopy) && text(entry.second, "status") == "pending";
  });
  if (pending < kCopiesMost) return {};
  return refuse("ResourceLimitExceeded",
                "Too many snapshot copies are in progress to this region; at most 20 may be.");
}

// Is the presigned URL the request that this call makes, as its caller would send it to the region
// of the source?
bool is_of_this_copy(const Call& call, const Order& order) {
  if (!call.presigned || call.presigned->region != order.source_region) return false;
  const auto says = [&](const char* name, const std::string& wanted) {
    const auto found = call.presigned->params.find(name);
    return found != call.presigned->params.end() && found->second == wanted;
  };
  return says("Action", "CopySnapshot") && says("SourceRegion", order.source_region) &&
         says("SourceSnapshotId", order.source_id) && says("DestinationRegion", call.region);
}

// EC2 finds these out while it copies: the snapshot ends in error. Empty: it completes.
std::string trouble_of(const Call& call, const Order& order, const Json& source,
                       const DiskSpec& wanted) {
  if (order.has_url && !is_of_this_copy(call, order)) return kBadPresignedUrl;
  const auto usable = [&](const std::string& region, const std::string& key) {
    return key_state(call.world, region, key) == kKeyEnabled;
  };
  if (!usable(order.source_region, text(source, "kmsKeyId")) ||
      !usable(call.region, wanted.kms_key)) {
    return kKeyNotAccessible;
  }
  return {};
}

Result<Json> copy_snapshot(Call& call) {
  TRY(const Order order, read_order(call));
  TRY(const Json* source, find_source(call, order));
  TRY_VOID(check_copies(call));
  DiskSpec wanted;
  wanted.encrypted = order.encrypted || source->at("encrypted").get<bool>();
  wanted.kms_key = order.key.value_or("");
  // A key stays within its region.
  const std::string same_key = order.source_region == call.region ? text(*source, "kmsKeyId") : "";
  TRY_VOID(complete_encryption(call.world, call.region, wanted, same_key));
  Json copy = snapshot_json(call.world, {.volume_id = "vol-ffffffff",
                                         .size_gib = source->at("volumeSize").get<long>(),
                                         .encrypted = *wanted.encrypted,
                                         .kms_key = wanted.kms_key,
                                         .description = order.description,
                                         .tags = order.tags});
  copy[kCopy] = true;
  note_copied_use(*source, copy);
  TRY_VOID(call.world.bodies().copy_snapshot(text(copy, "snapshotId"), order.source_id));
  keep_pending(call.world, call.region, copy,
               {.after = time_to_store(used_mib_of_snapshot(*source)),
                .fails_with = trouble_of(call, order, *source, wanted)});
  return Json{{"snapshotId", copy.at("snapshotId")}, {"tagSet", order.tags}};
}

}  // namespace

void add_copy_snapshot_actions(Actions& actions) {
  actions.insert({{"CopySnapshot", copy_snapshot}});
}

}  // namespace ec2spotter::sim
