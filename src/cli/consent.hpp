// A person's consent to a command that ends or gives up something.
#pragma once

#include <string>

#include "control/surroundings.hpp"

namespace ec2spotter::cli {

// Says `what` will happen. With `yes` that is all; at a terminal the user types `name` to go on.
// Errors: refused without consent, interrupted when the user asked to stop.
Result<void> ask_consent(const std::string& what, const std::string& name, bool yes,
                         Waiter& waiter);

}  // namespace ec2spotter::cli
