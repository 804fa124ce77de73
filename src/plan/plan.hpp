// The planner: pure, no I/O, no clock. It is told what is observed and answers what to do next.
// It rests on design.md sections 4 and 7; rules S1-S4 and S7 are visible in it.
#pragma once

#include <chrono>

#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// How long the preparation of a body that will boot from the root may take.
inline constexpr Duration kSwapLimit = std::chrono::minutes(10);

// After so long, a preboot system is past its initrd even if it has printed nothing.
inline constexpr Duration kSilentPreboot = std::chrono::minutes(3);

// How long EC2 may be attaching before the body is given up. Source: AWS's advice on volumes that
// are stuck attaching is to try another instance or device name after a few minutes.
inline constexpr Duration kAttachLimit = std::chrono::minutes(5);

// How long a lost body may hold the root before the reason becomes release_stuck.
inline constexpr Duration kReleaseLimit = std::chrono::minutes(15);

// How long EC2 must show that a body has lost its root: it may show an attachment late.
inline constexpr Duration kRootLostFor = std::chrono::minutes(1);

// How long a root must be missing before bodies launched for it are collected.
inline constexpr Duration kMissingFor = std::chrono::minutes(5);

// How long a pool without capacity is left alone. EC2 gives no hint; three minutes is what node
// provisioners in the field use.
inline constexpr Duration kClosedPoolLifetime = std::chrono::minutes(3);

// How long a pool that EC2 refuses us for another reason is left alone: the cause does not go away
// by itself, but a person may remove it.
inline constexpr Duration kRefusedPoolLifetime = std::chrono::minutes(10);

// How long a pool that took a body from us is taken last.
inline constexpr Duration kShakyPoolLifetime = std::chrono::minutes(30);

// Bodies that one machine may ask for in an hour, whatever goes wrong.
inline constexpr int kLaunchesPerHour = 12;

// Bodies in a row that may be given up before a person has to look.
inline constexpr int kFailedBootsMost = 2;

struct Intent {
  Goal goal = Goal::up;
  // As `watch` does, without a person: replace a body that never comes up, and move a working
  // machine to a better body.
  bool patrol = false;
};

Decision plan(const Machine& machine, const Intent& intent, const Observation& seen,
              const Memory& memory, TimePoint now);

}  // namespace ec2spotter
