// What the commands that bring a machine to a goal have in common.
#pragma once

#include "cli/options.hpp"
#include "cli/session.hpp"

namespace ec2spotter::cli {

// Takes turns until the machine is at `goal`, with that root of its (model/move.hpp) or a later
// one, then prints where it is. Errors: those of drive.
Result<void> drive_and_report(const Common& common, OpenMachine& open, Goal goal,
                              const Waiting& waiting, int generation = 1);

// Errors: invalid when the machine is known by its tags alone, which do not say how its next
// instance is launched.
Result<void> require_file(const OpenMachine& open);

}  // namespace ec2spotter::cli
