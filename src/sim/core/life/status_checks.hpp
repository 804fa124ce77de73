// The status checks of instances, and guests in trouble: hung, or with a root that is read-only.
#pragma once

#include <string>

#include "base/result.hpp"
#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

// The instance has been switched on: its checks begin, and its guest's trouble is over.
void begin_checks(World& world, const std::string& region, Json& instance);

// The guest is restarted on the same host: at once, or, when it hangs, by force after the four
// minutes that EC2 waits. Source: EC2 user guide, "Reboot your instance".
void restart_guest(World& world, const std::string& region, Json& instance);

// A guest has been restarted, by whatever means: what ailed it is over, and its check begins.
void guest_restarted(World& world, const std::string& region, Json& instance);
// The guest answers nothing from now on; its check fails after two minutes.
void guest_fell_silent(World& world, const std::string& region, Json& instance);

// Carries out an event that begin_checks, restart_guest or hang has scheduled; ignores others.
void settle_status(World& world, const Json& event, const std::string& region, Json& instance);

// `check`: "system", "instance" or "ebs"; `status`: one of EC2's words for a summary. A failed
// check of an instance ends with its restart, the others when they are set again or the instance is
// stopped and started. Errors: invalid.
Result<void> set_check(World& world, Json& instance, const std::string& check,
                       const std::string& status);
// A scheduled event of the instance; it is shown until the next stop and start, and never carried
// out. Errors: invalid.
Result<void> add_scheduled_event(World& world, Json& instance, const std::string& code,
                                 Duration in);
// The guest answers nothing from now on; its check fails after two minutes. Errors: wrong_state
// when it does not run; those of Bodies::hang.
Result<void> hang(World& world, const std::string& region, Json& instance);
// The file system of the guest's root takes no more writes. Errors: as hang.
Result<void> turn_read_only(World& world, Json& instance);

}  // namespace ec2spotter::sim
