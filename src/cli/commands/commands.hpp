// The commands, one file each. Each returns what main turns into an exit code; results go to
// stdout, progress to stderr.
#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

namespace ec2spotter::cli {

Result<void> launch(const Common& common, const Launch& options);
Result<void> list(const Common& common);
Result<void> status(const Common& common, const OnMachine& options);
Result<void> explain(const Common& common, const OnMachine& options);
Result<void> pause(const Common& common, const OnMachine& options);
Result<void> resume(const Common& common, const OnMachine& options);
// Ends the machine's instance and starts another one.
Result<void> recycle(const Common& common, const OnMachine& options);
// Writes other instance types into the machine's file, and brings the machine onto one of them.
Result<void> change_type(const Common& common, const ChangeType& options);
// Makes the root, or a data volume, larger.
Result<void> grow_disk(const Common& common, const GrowDisk& options);
// Ends the machine. Its disks stay, but the root if that is asked for.
Result<void> terminate(const Common& common, const Terminate& options);
// Looks until the machine is at a goal. Errors: timeout when it does not get there in time.
Result<void> wait(const Common& common, const WaitOptions& options);
// Makes a machine of an ordinary instance: its file, and its volumes taken over.
Result<void> import(const Common& common, const Import& options);
// Leaves an ordinary instance behind whose root disk is the machine's root, and no machine.
Result<void> eject(const Common& common, const Eject& options);
// Brings the machine's root to another zone, and the machine up there unless it is paused.
Result<void> move(const Common& common, const Move& options);
// Lists what a machine can be restored from.
Result<void> backups(const Common& common, const OnMachine& options);
// Makes an earlier content, or a former root, the machine's root.
Result<void> restore(const Common& common, const Restore& options);
// Interrupts a machine that is up, and reports how it came back. Errc::wrong_state: a promise was
// broken.
Result<void> drill(const Common& common, const Drill& options);
// Keeps machines up until a signal comes.
Result<void> watch(const Common& common, const WatchOptions& options);
// Prints the journal of the watches that used this state folder.
Result<void> events(const Common& common, const EventsOptions& options);
// Shows what may keep a machine from coming back, and the cure. Errc::wrong_state: there is some.
Result<void> doctor(const Common& common, const Doctor& options);
// Writes what somebody else needs to understand its trouble into a file, without secrets.
Result<void> bugreport(const Common& common, const BugReport& options);
// What happens to our files on a machine's volume at its next boot; `chosen` is recorded there.
Result<void> guest_files(const Common& common, const GuestFilesOptions& options);
Result<void> console(const Common& common, const OnMachine& options);
// Replaces this process by ssh; returns only when that fails.
Result<void> ssh(const Common& common, const OnMachine& options);
Result<void> setup(const Common& common);
// Prints, then makes or removes, the IAM role that an unattended machine's bodies need.
Result<void> setup_role(const Common& common, const SetupRole& options);
// Names fleets of this owner that no machine needs any more, and their bodies; removes them.
Result<void> reap(const Common& common, const Reap& options);
struct Sim;
Result<void> sim(const Sim& options);
Result<void> sim_control(const Common& common, const SimControl& options);

}  // namespace ec2spotter::cli
