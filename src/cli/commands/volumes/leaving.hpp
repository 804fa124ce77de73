// A move to another region: what is said and checked before it is ordered.
#pragma once

#include "cli/commands/considered.hpp"
#include "cli/options.hpp"

namespace ec2spotter::cli {

// Orders that the machine's root goes to another region, and returns the generation that it will
// have there. An order to that region which stands already is followed. Errors: invalid, when the
// machine's file does not know the region, or not enough of it; refused unless `options.yes` is the
// consent to what stays behind; EC2's, when it would launch none of the machine's pools there.
Result<int> order_to_region(const OpenMachine& open, const Consideration& considered,
                            const Volume& root, const Move& options, const Controls& controls);

}  // namespace ec2spotter::cli
