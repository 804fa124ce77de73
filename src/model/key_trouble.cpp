#include "model/key_trouble.hpp"

#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

// Source: EBS user guide, "Requirements for Amazon EBS encryption".
constexpr std::string_view kRights =
    "kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and "
    "kms:ReEncrypt*";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view without_side(std::string_view code) {
  return code.starts_with("Client.") ? code.substr(7) : code;
}

std::string name_of(const KeyUse& use) {
  return use.key.empty() ? "the KMS key" : "the KMS key " + use.key;
}

std::string who(KeyUser user) {
  switch (user) {
    case KeyUser::caller: break;
    case KeyUser::spot:
      return "the caller of this program and the service-linked role AWSServiceRoleForEC2Spot";
    case KeyUser::fleet:
      return "the service-linked roles AWSServiceRoleForEC2Fleet and AWSServiceRoleForEC2Spot";
    case KeyUser::instance_role:
      return "the instances' own role (run `setup-role` with the machine file again)";
  }
  return "the caller of this program";
}

std::string allow(const KeyUse& use) {
  return "allow " + who(use.user) + " the rights " + std::string(kRights) + " on it";
}

std::string enable(const KeyUse& use) {
  const std::string id = use.key.empty() ? "KEY" : use.key;
  return "`aws kms enable-key --key-id " + id + "`";
}

}  // namespace

std::optional<KeyTrouble> key_trouble_of(std::string_view code, std::string_view message) {
  code = without_side(code);
  const bool of_key = code.starts_with("InvalidKMSKey.") || code.starts_with("InvalidKmsKey.");
  if (of_key && code.ends_with("State")) return KeyTrouble::disabled;
  if (of_key && code.ends_with(".NotFound")) return KeyTrouble::wrong_region;
  if (of_key || code == "KmsAccessDenied") return KeyTrouble::no_right;
  if (code == "InternalError" && contains(message, "Client error on launch")) {
    return KeyTrouble::no_right;
  }
  const bool inaccessible = contains(message, "key ID is not accessible") ||
                            contains(message, "KMS key is not accessible") ||
                            contains(message, "unable to access the KMS");
  if (code == "CustomerKeyHasBeenRevoked" || inaccessible) return KeyTrouble::unclear;
  return std::nullopt;
}

std::string region_of_key(const std::string& arn) {
  std::size_t begin = 0;
  for (int colons = 0; colons < 3; ++colons) {
    begin = arn.find(':', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  return arn.substr(begin, arn.find(':', begin) - begin);
}

std::string describe(KeyTrouble trouble, const KeyUse& use) {
  const std::string home = region_of_key(use.key);
  if (!home.empty() && !use.region.empty() && home != use.region)
    trouble = KeyTrouble::wrong_region;
  switch (trouble) {
    case KeyTrouble::no_right: return "EC2 may not use " + name_of(use) + ": " + allow(use);
    case KeyTrouble::disabled:
      return name_of(use) + " is disabled or about to be deleted: enable it (" + enable(use) +
             ", after `aws kms cancel-key-deletion` if its deletion is planned)";
    case KeyTrouble::wrong_region:
      return name_of(use) +
             (home.empty() ? " does not exist in "
                           : " belongs to " + home + " and cannot be used in ") +
             (use.region.empty() ? "this region" : use.region) +
             ": copy the snapshot there under a key of that region, and make the volume from the "
             "copy";
    case KeyTrouble::unclear: break;
  }
  return "EC2 cannot use " + name_of(use) + ": if it is disabled, enable it (" + enable(use) +
         "); else " + allow(use);
}

}  // namespace ec2spotter
