#include "control/ejecting/eject_machine.hpp"

#include "control/loop/drive.hpp"

namespace ec2spotter {

Result<InstanceId> eject_machine(const Machine& last, const VolumeId& root,
                                 const Controls& controls, Duration deadline) {
  TRY(const Consideration considered, consider(last, controls));
  if (ejected_instance(considered.look.seen, root) == nullptr) {
    TRY_VOID(drive(last, controls, {.goal = Goal::paused, .deadline = deadline}));
  }
  // An instance that was launched, and has not proven itself, is waited for here.
  TRY(const Look look, drive(last, controls, {.goal = Goal::up, .deadline = deadline}));
  const Instance* instance = ejected_instance(look.seen, root);
  if (instance == nullptr) {
    return fail(Errc::wrong_state,
                "the machine '" + last.name.str() +
                    "' is up on an instance that no eject has launched; a watch may have started "
                    "it: stop the watch, and run eject again");
  }
  const InstanceId id = instance->id;
  TRY_VOID(forget(tagged_resources(look.seen, *instance, root), controls.ec2));
  return id;
}

}  // namespace ec2spotter
