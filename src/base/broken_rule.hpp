// Test builds that break one safety rule or lack one cure on purpose, to prove that the storm would
// see it.
#pragma once

#ifndef EC2SPOTTER_BROKEN_RULE
#define EC2SPOTTER_BROKEN_RULE 0
#endif
#ifndef EC2SPOTTER_MISSING_CURE
#define EC2SPOTTER_MISSING_CURE none
#endif

namespace ec2spotter {

// Is rule S`number` of docs/PROMISES.md broken in this build? No rule is broken in what users run.
static constexpr bool breaks_rule(int number) { return number == EC2SPOTTER_BROKEN_RULE; }

// Faults that were found once, by what keeps them away.
enum class Cure {
  none,
  own_time,            // time is EC2's, whatever the host's clock says
  shares_of_a_turn,    // an action that fails costs the others no time
  foreign_addresses,   // an address that somebody else uses or owns is left alone
  image_disks,         // further disks of an image go with their instance
  health,              // a machine that is not there any more is not called up
  copies,              // a tagged copy of a root is not taken for it
  work_is_no_silence,  // a stage that is at work is not given up
  claims               // two controllers do not choose two zones for a root
};

// Does this build lack `cure`, which is not `none`? What users run lacks none.
static constexpr bool lacks(Cure cure) { return cure == Cure::EC2SPOTTER_MISSING_CURE; }

}  // namespace ec2spotter
