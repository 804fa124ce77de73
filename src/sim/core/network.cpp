// VPCs, subnets, security groups, key pairs.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "sim/core/call.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<Json> describe_vpcs(Call& call) {
  static const FilterPaths kPaths{{"vpc-id", "vpcId"},
                                  {"state", "state"},
                                  {"is-default", "isDefault"},
                                  {"isDefault", "isDefault"},
                                  {"cidr", "cidrBlock"}};
  return describe(call, {.kind = "vpc",
                         .id_parameter = "VpcId",
                         .not_found = "InvalidVpcID.NotFound",
                         .set = "vpcSet",
                         .filters = &kPaths});
}

Result<Json> describe_subnets(Call& call) {
  static const FilterPaths kPaths{{"subnet-id", "subnetId"},
                                  {"vpc-id", "vpcId"},
                                  {"state", "state"},
                                  {"availability-zone", "availabilityZone"},
                                  {"availabilityZone", "availabilityZone"},
                                  {"availability-zone-id", "availabilityZoneId"},
                                  {"default-for-az", "defaultForAz"},
                                  {"defaultForAz", "defaultForAz"}};
  return describe(call, {.kind = "subnet",
                         .id_parameter = "SubnetId",
                         .not_found = "InvalidSubnetID.NotFound",
                         .set = "subnetSet",
                         .filters = &kPaths});
}

Result<Json> describe_groups(Call& call) {
  static const FilterPaths kPaths{{"group-id", "groupId"},
                                  {"group-name", "groupName"},
                                  {"vpc-id", "vpcId"},
                                  {"description", "groupDescription"}};
  const auto names = call.params.list("GroupName");
  TRY(Json reply, describe(call, {.kind = "security-group",
                                  .id_parameter = "GroupId",
                                  .not_found = "InvalidGroup.NotFound",
                                  .set = "securityGroupInfo",
                                  .filters = &kPaths}));
  if (names.empty()) return reply;
  Json kept = Json::array();
  for (const std::string& name : names) {
    bool found = false;
    for (const Json& group : reply["securityGroupInfo"]) {
      if (text(group, "groupName") != name) continue;
      kept.push_back(group);
      found = true;
    }
    if (!found) {
      return refuse("InvalidGroup.NotFound", "The security group '" + name + "' does not exist");
    }
  }
  return Json{{"securityGroupInfo", std::move(kept)}};
}

Result<Json> create_group(Call& call) {
  TRY(const std::string name, call.params.need("GroupName"));
  TRY(const std::string description, call.params.need("GroupDescription"));
  std::string vpc = call.params.get_or("VpcId", "");
  TRY(Json tags, read_tags(call.params, "security-group"));
  TRY_VOID(call.finish());
  if (vpc.empty()) vpc = call.table("vpc").begin()->first;
  if (call.find("vpc", vpc) == nullptr) {
    return refuse("InvalidVpcID.NotFound", "The vpc ID '" + vpc + "' does not exist");
  }
  for (const auto& [id, group] : call.table("security-group")) {
    if (text(group, "groupName") == name && text(group, "vpcId") == vpc) {
      return refuse("InvalidGroup.Duplicate",
                    "The security group '" + name + "' already exists for VPC '" + vpc + "'");
    }
  }
  const std::string id = call.world.new_id("sg-");
  call.table("security-group")[id] = {{"groupId", id},
                                      {"groupName", name},
                                      {"groupDescription", description},
                                      {"vpcId", vpc},
                                      {"ownerId", kAccount},
                                      {"ipPermissions", Json::array()},
                                      {"ipPermissionsEgress", Json::array()},
                                      {"tagSet", tags}};
  return Json{{"return", true}, {"groupId", id}, {"tagSet", std::move(tags)}};
}

Result<Json> read_permission(Params& permission) {
  TRY(const std::string protocol, permission.need("IpProtocol"));
  TRY(const auto from, permission.number("FromPort"));
  TRY(const auto to, permission.number("ToPort"));
  Json entry{{"ipProtocol", protocol},
             {"ipRanges", Json::array()},
             {"ipv6Ranges", Json::array()},
             {"groups", Json::array()},
             {"prefixListIds", Json::array()}};
  if (from) entry["fromPort"] = *from;
  if (to) entry["toPort"] = *to;
  const auto add = [&](const char* wire, const char* member, const char* set,
                       const char* key) -> Result<void> {
    for (Params& range : permission.structures(wire)) {
      TRY(const std::string value, range.need(member));
      Json item{{key, value}};
      if (const auto description = range.get("Description")) item["description"] = *description;
      TRY_VOID(range.finish());
      entry[set].push_back(std::move(item));
    }
    return {};
  };
  TRY_VOID(add("IpRanges", "CidrIp", "ipRanges", "cidrIp"));
  TRY_VOID(add("Ipv6Ranges", "CidrIpv6", "ipv6Ranges", "cidrIpv6"));
  TRY_VOID(add("Groups", "GroupId", "groups", "groupId"));
  TRY_VOID(add("PrefixListIds", "PrefixListId", "prefixListIds", "prefixListId"));
  TRY_VOID(permission.finish());
  return entry;
}

Result<Json> authorize(Call& call, const char* set) {
  TRY(const std::string id, call.params.need("GroupId"));
  Json entries = Json::array();
  for (Params& permission : call.params.structures("IpPermissions")) {
    TRY(Json entry, read_permission(permission));
    entries.push_back(std::move(entry));
  }
  TRY_VOID(call.finish());
  Json* group = call.find("security-group", id);
  if (group == nullptr) {
    return refuse("InvalidGroup.NotFound", "The security group '" + id + "' does not exist");
  }
  for (const Json& entry : entries) {
    for (const Json& old : group->at(set)) {
      if (old == entry) {
        return refuse("InvalidPermission.Duplicate", "the specified rule already exists");
      }
    }
  }
  for (Json& entry : entries) (*group)[set].push_back(std::move(entry));
  return Json{{"return", true}};
}

Result<Json> authorize_ingress(Call& call) { return authorize(call, "ipPermissions"); }
Result<Json> authorize_egress(Call& call) { return authorize(call, "ipPermissionsEgress"); }

Json make_key(Call& call, const std::string& name, const std::string& public_key, Json tags) {
  const std::string digest = sha256_hex(public_key);
  std::string fingerprint;
  for (std::size_t i = 0; i < 32; i += 2) {
    fingerprint += (i == 0 ? "" : ":") + digest.substr(i, 2);
  }
  Json key{{"keyPairId", call.world.new_id("key-")},
           {"keyName", name},
           {"keyFingerprint", fingerprint},
           {"keyType", public_key.find("ed25519") != std::string::npos ? "ed25519" : "rsa"},
           {"createTime", call.world.timestamp()},
           {"_public_key", public_key},
           {"tagSet", std::move(tags)}};
  call.table("key-pair")[name] = key;
  key.erase("createTime");
  key.erase("keyType");
  return key;
}

Result<void> check_new_key(Call& call, const std::string& name) {
  if (call.find("key-pair", name) == nullptr) return {};
  return refuse("InvalidKeyPair.Duplicate", "The keypair '" + name + "' already exists.");
}

std::string new_private_key() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<Json> create_key_pair(Call& call) {
  TRY(const std::string name, call.params.need("KeyName"));
  static_cast<void>(call.params.get("KeyType"));
  static_cast<void>(call.params.get("KeyFormat"));
  TRY(Json tags, read_tags(call.params, "key-pair"));
  TRY_VOID(call.finish());
  TRY_VOID(check_new_key(call, name));
  const std::string material = new_private_key();
  Json key = make_key(call, name, "ssh-ed25519 " + sha256_hex(material), std::move(tags));
  key["keyMaterial"] = material;
  return key;
}

Result<Json> import_key_pair(Call& call) {
  TRY(const std::string name, call.params.need("KeyName"));
  TRY(const std::string material, call.params.need("PublicKeyMaterial"));
  TRY(Json tags, read_tags(call.params, "key-pair"));
  TRY_VOID(call.finish());
  TRY_VOID(check_new_key(call, name));
  const auto public_key = base64_decode(material);
  if (!public_key)
    return refuse("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  return make_key(call, name, *public_key, std::move(tags));
}

Result<Json> describe_key_pairs(Call& call) {
  static const FilterPaths kPaths{
      {"key-name", "keyName"}, {"key-pair-id", "keyPairId"}, {"fingerprint", "keyFingerprint"}};
  TRY(const bool with_key, call.params.flag("IncludePublicKey", false));
  static_cast<void>(call.params.list("KeyPairId"));
  TRY(Json reply, describe(call, {.kind = "key-pair",
                                  .id_parameter = "KeyName",
                                  .not_found = "InvalidKeyPair.NotFound",
                                  .set = "keySet",
                                  .filters = &kPaths,
                                  .paged = false}));
  if (with_key) {
    for (Json& key : reply["keySet"]) key["publicKey"] = text(key, "_public_key");
  }
  return reply;
}

Result<Json> delete_key_pair(Call& call) {
  const std::string name = call.params.get_or("KeyName", "");
  const std::string id = call.params.get_or("KeyPairId", "");
  TRY_VOID(call.finish());
  for (auto& [key_name, key] : call.table("key-pair")) {
    if (key_name != name && text(key, "keyPairId") != id) continue;
    Json reply{{"return", true}, {"keyPairId", text(key, "keyPairId")}};
    call.table("key-pair").erase(std::string(key_name));
    return reply;
  }
  return Json{{"return", true}};  // EC2 answers so for a key that is not there
}

}  // namespace

void add_network_actions(Actions& actions) {
  actions.insert({{"DescribeVpcs", describe_vpcs},
                  {"DescribeSubnets", describe_subnets},
                  {"DescribeSecurityGroups", describe_groups},
                  {"CreateSecurityGroup", create_group},
                  {"AuthorizeSecurityGroupIngress", authorize_ingress},
                  {"AuthorizeSecurityGroupEgress", authorize_egress}});
}

void add_key_actions(Actions& actions) {
  actions.insert({{"CreateKeyPair", create_key_pair},
                  {"ImportKeyPair", import_key_pair},
                  {"DescribeKeyPairs", describe_key_pairs},
                  {"DeleteKeyPair", delete_key_pair}});
}

}  // namespace ec2spotter::sim
