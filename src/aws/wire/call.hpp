// One call of an AWS service, before it is signed and sent.
#pragma once

#include <string>

#include "aws/wire/query.hpp"

namespace ec2spotter::aws {

enum class Service { ec2, sts, iam, ssm, sqs, service_quotas };

// Whether the call may be sent again without looking first.
enum class Effect {
  none,      // a reading call: retry everything that may pass
  by_token,  // a token in the call makes a repeat harmless: likewise
  unknown,   // after a lost reply the caller must look: only throttling is retried
};

struct ApiCall {
  Service service = Service::ec2;
  std::string action;
  Effect effect = Effect::none;
  Params params = {};     // Query services: Action and Version are added when encoded
  std::string json = {};  // the body for SSM, SQS and Service Quotas
  bool operator==(const ApiCall&) const = default;
};

}  // namespace ec2spotter::aws
