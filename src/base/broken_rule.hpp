// Test builds that break one safety rule on purpose, to prove that the storm would see it.
#pragma once

#ifndef EC2SPOTTER_BROKEN_RULE
#define EC2SPOTTER_BROKEN_RULE 0
#endif

namespace ec2spotter {

// Is rule S`number` of ARCHITECTURE.md broken in this build? Of none in what users run.
static constexpr bool breaks_rule(int number) { return number == EC2SPOTTER_BROKEN_RULE; }

}  // namespace ec2spotter
