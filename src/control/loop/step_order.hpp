// In which order a turn of the watch carries out steps, and which share of the turn each kind has,
// so that no kind of action keeps a notice from being seen (promise 22). Pure.
#pragma once

#include <array>

#include "base/clock.hpp"
#include "model/decision.hpp"

namespace ec2spotter {

// The most urgent first: steps that are scarce and bring a machine back, then those that prepare
// that, and at last those that only tidy up.
enum class StepKind {
  give_root,   // an instance gets the root now
  make_ready,  // an instance comes, or makes room for the one that does
  take_in,     // what else the machine needs
  record,      // what is known, for the next controller
  tidy_up,     // what no machine needs any more
};

struct TurnShare {
  StepKind kind;
  Duration started_within;  // a turn that has been acting for longer starts no such step
};

// In the order of a turn. EC2 counts attachments, launches and tags apart: each kind gets its share
// of a turn, instead of all steps of one kind before the first of the next.
inline constexpr std::array<TurnShare, 5> kStepOrder{{
    {StepKind::give_root, std::chrono::seconds(3)},
    {StepKind::make_ready, std::chrono::seconds(4)},
    {StepKind::take_in, std::chrono::seconds(4)},
    {StepKind::record, std::chrono::seconds(5)},
    {StepKind::tidy_up, std::chrono::seconds(5)},
}};

StepKind kind_of(const Step& step);

// Is the first step of `a` carried out before that of `b`? What decides nothing comes last.
bool goes_first(const Decision& a, const Decision& b);

// May a turn that began to act so long ago still start this step?
bool has_share(const Step& step, Duration acting_for);

}  // namespace ec2spotter
