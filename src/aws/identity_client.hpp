// The Identity interface over the real IAM.
#pragma once

#include <memory>

#include "aws/caller.hpp"
#include "aws/identity.hpp"

namespace ec2spotter::aws {

// What `parts` refers to outlives the result. `options` name IAM's endpoint and the region that its
// requests are signed for.
std::unique_ptr<Identity> make_identity(CallerParts parts, CallerOptions options);

}  // namespace ec2spotter::aws
