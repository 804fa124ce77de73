// The errors that AWS sends in the body of a reply: EC2's form, STS's form and the JSON form of
// SSM and SQS.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace ec2spotter::aws {

// The Error of a reply whose status is not 2xx. Never fails: a body that is no error document makes
// an Error of the status alone (5xx and 429 as in error_table.hpp, any other malformed_reply).
Error error_from_reply(std::string_view body, int http_status);

}  // namespace ec2spotter::aws
