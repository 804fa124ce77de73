// Why EC2 cannot use a KMS key, and what a person does about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ec2spotter {

enum class KeyTrouble {
  no_right,      // somebody lacks a right on the key, or EC2 a grant for it
  disabled,      // the key is disabled, or about to be deleted
  wrong_region,  // the key belongs to another region, or does not exist
  unclear,       // one of these: EC2 gives one answer for all of them
};

// What EC2's words say about a key: the code and the message of a call's error or of an instance's
// state, or the message of a snapshot. Nullopt: they are not about a key.
std::optional<KeyTrouble> key_trouble_of(std::string_view code, std::string_view message);

// On whose behalf EC2 needs the key.
enum class KeyUser {
  caller,        // who runs this program
  spot,          // the same, and the service-linked role for Spot Instances
  fleet,         // the service-linked roles for EC2 Fleet and Spot Instances
  instance_role  // the role of an unattended instance
};

struct KeyUse {
  std::string key;     // its ARN; empty: it is not known which
  std::string region;  // where it is needed
  KeyUser user = KeyUser::caller;
};

// "us-east-1" of "arn:aws:kms:us-east-1:..."; empty: the text is no ARN.
std::string region_of_key(const std::string& arn);

// "the KMS key arn:... is disabled: enable it ...": what, and what to do. An ARN of another region
// decides whatever EC2 has said.
std::string describe(KeyTrouble trouble, const KeyUse& use);

}  // namespace ec2spotter
