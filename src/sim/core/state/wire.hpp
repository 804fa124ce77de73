// The EC2 Query protocol's replies. Source: EC2 API reference, "Query requests" and "Error codes".
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// An error under EC2's own code, as a client sees it.
tl::unexpected<Error> refuse(std::string api_code, std::string message);

// The HTTP status that goes with an EC2 error code.
int http_status(std::string_view api_code);

// Appends `value` as XML: objects become members, arrays become items, '_' members are left out.
// A member "*name" is an array whose members are called `name`.
void append_xml(std::string& out, const Json& value);
// XML as it is, to stand in a reply.
Json as_xml(std::string_view xml);

std::string ec2_reply(std::string_view action, const Json& members, std::string_view request_id);
std::string ec2_error(std::string_view api_code, std::string_view message,
                      std::string_view request_id);

// The same of the services whose replies wrap their members in a result: STS and IAM.
std::string_view query_namespace(std::string_view service);
std::string query_error(std::string_view service, std::string_view code, std::string_view message,
                        std::string_view request_id);
std::string query_reply(std::string_view service, std::string_view action, const Json& members,
                        std::string_view request_id);

}  // namespace ec2spotter::sim
