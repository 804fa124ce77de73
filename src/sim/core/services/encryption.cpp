#include "sim/core/services/encryption.hpp"

#include <algorithm>

#include "sim/core/services/policy.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr const char* kTable = "kms-key";
constexpr const char* kOwnAlias = "alias/aws/ebs";

std::string arn_of(const std::string& region, const std::string& what) {
  return "arn:aws:kms:" + region + ":" + std::string(kAccount) + ":" + what;
}

std::string cannot_attach(const std::string& volume_id) {
  return "Volume " + volume_id +
         " cannot be attached. The encrypted volume was unable to access the KMS master key.";
}

}  // namespace

std::string own_key_arn(const std::string& region) {
  return arn_of(region, "key/00000000-0000-0000-0000-000000000000");
}

void add_key(World& world, const std::string& region, const std::string& key_id,
             const std::string& alias) {
  world.put(region, kTable, key_id) = {
      {"keyId", key_id}, {"arn", arn_of(region, "key/" + key_id)}, {"alias", alias}};
}

Result<void> set_key_state(World& world, const std::string& region, const std::string& name,
                           const std::string& state) {
  if (state != kKeyEnabled && state != kKeyDisabled && state != kKeyDenied) {
    return fail(Errc::invalid, "'state' must be enabled, disabled or denied");
  }
  const std::string arn = find_key_arn(world, region, name);
  Json* key =
      world.find_where(region, kTable, [&](const Json& each) { return text(each, "arn") == arn; });
  if (key == nullptr) return fail(Errc::invalid, "there is no key " + name + " in " + region);
  (*key)["state"] = state;
  return {};
}

std::string key_state(const World& world, const std::string& region, const std::string& name) {
  const std::string arn = find_key_arn(world, region, name);
  if (name.empty() || arn == own_key_arn(region)) return kKeyEnabled;
  for (const auto& [id, key] : world.table(region, kTable)) {
    if (text(key, "arn") == arn) return key.value("state", kKeyEnabled);
  }
  return kKeyDenied;
}

bool keys_are_usable(const World& world, const std::string& region, const DiskSpec& disk) {
  const Table& snapshots = world.table(region, "snapshot");
  const auto source = snapshots.find(disk.snapshot_id);
  const std::string key = source == snapshots.end() ? "" : text(source->second, "kmsKeyId");
  return key_state(world, region, disk.kms_key) == kKeyEnabled &&
         key_state(world, region, key) == kKeyEnabled;
}

Result<void> check_volume_key(const World& world, const std::string& region, const Json& volume) {
  if (key_state(world, region, text(volume, "kmsKeyId")) == kKeyEnabled) return {};
  return refuse("CustomerKeyHasBeenRevoked", cannot_attach(text(volume, "volumeId")));
}

KeyTrouble key_trouble(const std::string& state) {
  if (state == kKeyDisabled) {
    return {"Client.InvalidKMSKey.InvalidState", "The KMS key provided is in an incorrect state"};
  }
  return {"Client.InternalError", "Client error on launch"};
}

std::string find_key_arn(const World& world, const std::string& region, const std::string& name) {
  if (name == kOwnAlias || name == arn_of(region, kOwnAlias) || name == own_key_arn(region)) {
    return own_key_arn(region);
  }
  for (const auto& [id, key] : world.table(region, kTable)) {
    const std::string alias = text(key, "alias");
    const bool by_alias = !alias.empty() && (name == alias || name == arn_of(region, alias));
    if (name == id || name == text(key, "arn") || by_alias) return text(key, "arn");
  }
  return {};
}

bool encrypts_by_default(const World& world, const std::string& region) {
  return world.settings().value("encrypts_by_default/" + region, false);
}

void set_encryption_by_default(World& world, const std::string& region, bool on) {
  world.settings()["encrypts_by_default/" + region] = on;
}

Result<void> complete_encryption(const World& world, const std::string& region, DiskSpec& disk,
                                 const std::string& from_snapshot) {
  const bool encrypted = disk.encrypted.value_or(false) || encrypts_by_default(world, region);
  if (!encrypted && !disk.kms_key.empty()) {
    return refuse("InvalidParameterDependency",
                  "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  if (!encrypted) return {};
  disk.encrypted = true;
  if (disk.kms_key.empty()) disk.kms_key = from_snapshot;
  if (disk.kms_key.empty()) disk.kms_key = kOwnAlias;
  const std::string arn = find_key_arn(world, region, disk.kms_key);
  disk.key_exists = !arn.empty();
  if (disk.key_exists) disk.kms_key = arn;
  return {};
}

Result<void> authorize_key(Call& call, const std::vector<Json>& policies) {
  const auto id = call.params.all().find("VolumeId");
  const Json* volume = id == call.params.all().end() ? nullptr : call.find("volume", id->second);
  if (volume == nullptr) return {};
  const std::string key = text(*volume, "kmsKeyId");
  if (key.empty() || key == own_key_arn(call.region)) return {};
  for (const char* action : {"kms:CreateGrant", "kms:Decrypt"}) {
    const PolicyQuestion question{
        .action = action,
        .resource = {.arn = key, .tags = {}},
        .context = {{"kms:ViaService", "ec2." + call.region + ".amazonaws.com"},
                    {"kms:GrantIsForAWSResource", "true"}}};
    if (allows(policies, question)) continue;
    return refuse("CustomerKeyHasBeenRevoked", cannot_attach(id->second));
  }
  return {};
}

}  // namespace ec2spotter::sim
