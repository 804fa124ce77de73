// KMS, as far as volumes need it: keys by their names, and who may use one to attach a volume.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/call/launch_spec.hpp"

namespace ec2spotter::sim {

// The key that EC2 itself has in each region, alias/aws/ebs; everybody in the account may use it.
std::string own_key_arn(const std::string& region);

// A customer's key; `key_id` is a UUID, `alias` begins with "alias/" or is empty.
void add_key(World& world, const std::string& region, const std::string& key_id,
             const std::string& alias);

// What EC2 finds when it wants to use a key for the account. `denied`: it gets no grant for it.
inline constexpr const char* kKeyEnabled = "enabled";
inline constexpr const char* kKeyDisabled = "disabled";
inline constexpr const char* kKeyDenied = "denied";
// From now on; `name` as in find_key_arn. Errors: invalid, with a sentence.
Result<void> set_key_state(World& world, const std::string& region, const std::string& name,
                           const std::string& state);
// kKeyEnabled for what is not encrypted (an empty name), kKeyDenied for a key that does not exist
// in the region.
std::string key_state(const World& world, const std::string& region, const std::string& name);

// EC2's text for a snapshot that ends in error for its key.
inline constexpr const char* kKeyNotAccessible = "Given key ID is not accessible";

// Can the disk be made: are its key and that of its snapshot usable?
bool keys_are_usable(const World& world, const std::string& region, const DiskSpec& disk);
// Errors: CustomerKeyHasBeenRevoked.
Result<void> check_volume_key(const World& world, const std::string& region, const Json& volume);

// Is each new disk of the region encrypted, whatever the call says? Source: EBS user guide, "Enable
// encryption by default".
bool encrypts_by_default(const World& world, const std::string& region);
void set_encryption_by_default(World& world, const std::string& region, bool on);

struct KeyTrouble {
  const char* code;
  const char* message;
};
// Why an instance with a volume under a key in this state does not start.
KeyTrouble key_trouble(const std::string& state);

// The ARN of what `name` means: a key's id or alias, or the ARN of either. Empty: there is no such
// key.
std::string find_key_arn(const World& world, const std::string& region, const std::string& name);

// Finds the key that encrypts the disk; `from_snapshot` is its snapshot's, or empty. The name of a
// key that does not exist stays: EC2 looks for it later. Errors: InvalidParameterDependency for a
// key without encryption.
Result<void> complete_encryption(const World& world, const std::string& region, DiskSpec& disk,
                                 const std::string& from_snapshot);

// May a role with these policies use the key of the volume that the call attaches? Errors:
// CustomerKeyHasBeenRevoked, as from EC2. Source: EBS user guide, "Requirements for Amazon EBS
// encryption".
Result<void> authorize_key(Call& call, const std::vector<Json>& policies);

}  // namespace ec2spotter::sim
