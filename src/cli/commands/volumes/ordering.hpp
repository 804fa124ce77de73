// What the commands that give a machine another root volume have in common.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/considered.hpp"
#include "model/move.hpp"
#include "plan/choice/restore_choice.hpp"

namespace ec2spotter::cli {

// Errors: invalid when the machine's file does not allow that zone; and, unless the machine is
// paused, when there is no file to launch the next instance from, or no subnet there.
Result<void> check_destination(const OpenMachine& open, const std::string& zone, Goal goal);

// A network interface belongs to one zone: a machine that keeps its private address gets another
// one. Says so. Errors: refused unless `yes`, or the file's list of zones, is the consent to that.
Result<void> check_kept_address(const Machine& machine, const Observation& seen, const Volume& root,
                                const std::string& zone, bool yes);

// Writes the order on the machine's root, unless the root is under that same order already, and
// returns its generation. Errors: refused when the root is under another one.
Result<int> give_order(const Machine& machine, const Observation& seen, const Volume& root,
                       MoveOrder order, const Controls& controls);

// A machine with what its root can be restored from. `root` is null when it has none that can be
// used.
struct Restorable {
  Consideration considered;
  const Volume* root = nullptr;  // of `considered`
  std::vector<RestorePoint> points;
};
// Errors: those of choose_root, unless the root is lost: missing, broken, or the machine has former
// ones alone.
Result<Restorable> look_back(const OpenMachine& open);

}  // namespace ec2spotter::cli
