// What EC2 means by "not authorized": only an encoded message says which right is missing.
#pragma once

#include <string>
#include <string_view>

#include "aws/caller.hpp"

namespace ec2spotter::aws {

// The encoded part of a message; empty: it has none. It lies within `message`.
std::string_view encoded_authorization(std::string_view message);

// One sentence from the JSON that STS decodes it to: the action, the resource, and whether a policy
// denies it or none allows it; empty when the JSON is not understood.
// Source: STS API reference, DecodeAuthorizationMessage.
std::string authorization_in_words(std::string_view json);

// Asks STS to decode the encoded part, and puts the words in its place; if the caller lacks the
// right to ask (sts:DecodeAuthorizationMessage), the command that somebody else may run.
class DeniedRights {
 public:
  DeniedRights(CallerParts parts, CallerOptions options);

  std::string in_words(std::string message);

 private:
  std::string decode(std::string_view encoded);

  Caller caller_;
  bool may_ask_ = true;  // until STS has refused or has not answered
};

}  // namespace ec2spotter::aws
