// The Account interface over the real API.
#pragma once

#include <memory>

#include "aws/account/account.hpp"
#include "aws/caller.hpp"
#include "aws/identity.hpp"

namespace ec2spotter::aws {

// What `parts` refers to outlives the result.
std::unique_ptr<Account> make_account(CallerParts parts, const CallerOptions& options,
                                      std::unique_ptr<Identity> identity);

}  // namespace ec2spotter::aws
