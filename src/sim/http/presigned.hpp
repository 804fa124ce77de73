// A presigned URL that a call carries as a parameter: CopySnapshot does.
#pragma once

#include <optional>
#include <string>

#include "sim/core/call/call.hpp"
#include "sim/http/verify.hpp"

namespace ec2spotter::sim {

// The request that the URL makes, a GET of EC2's, if its signature is valid at one of these times.
std::optional<PresignedCall> verify_presigned(const std::string& url, const FindKey& find_key,
                                              const std::vector<TimePoint>& times);

}  // namespace ec2spotter::sim
