// Which steps of a turn go first, and which share of the turn each kind has.
#include "control/loop/step_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

Decision first(Step step) {
  Decision decision;
  decision.steps.push_back(std::move(step));
  return decision;
}

TEST(StepOrderTest, EveryKindStandsAtItsPlaceWithAShareNotSmallerThanThatOfTheKindBefore) {
  for (std::size_t i = 0; i < kStepOrder.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kStepOrder[i].kind), i);
    if (i == 0) continue;
    EXPECT_GE(kStepOrder[i].started_within, kStepOrder[i - 1].started_within);
  }
}

TEST(StepOrderTest, TheLargestShareIsFarBelowTheTwoMinutesOfANotice) {
  EXPECT_LE(kStepOrder.back().started_within, 10s);
}

TEST(StepOrderTest, WhatGivesTheRootGoesBeforeLaunchesAndThoseBeforeWhatTidiesUp) {
  std::vector<Decision> decisions{
      {},
      first(step::DeleteImageDisk{}),
      first(step::MarkRoot{}),
      first(step::MoveAddress{}),
      first(step::LaunchBody{}),
      first(step::AttachRoot{}),
  };

  std::stable_sort(decisions.begin(), decisions.end(), goes_first);

  ASSERT_EQ(decisions.size(), 6U);
  EXPECT_EQ(kind_of(decisions[0].steps.front()), StepKind::give_root);
  EXPECT_EQ(kind_of(decisions[1].steps.front()), StepKind::make_ready);
  EXPECT_EQ(kind_of(decisions[2].steps.front()), StepKind::take_in);
  EXPECT_EQ(kind_of(decisions[3].steps.front()), StepKind::record);
  EXPECT_EQ(kind_of(decisions[4].steps.front()), StepKind::tidy_up);
  EXPECT_TRUE(decisions[5].steps.empty());
}

TEST(StepOrderTest, AnInstanceThatMayHoldTheRootEndsBeforeASpareOne) {
  const Decision holder = first(step::TerminateBody{.instance = InstanceId("i-1")});
  const Decision spare =
      first(step::TerminateBody{.instance = InstanceId("i-1"), .lacks = VolumeId("vol-1")});

  EXPECT_TRUE(goes_first(holder, spare));
  EXPECT_FALSE(goes_first(spare, holder));
}

TEST(StepOrderTest, DecisionsOfOneKindKeepTheirOrder) {
  const Decision launch = first(step::LaunchBody{});
  const Decision detach = first(step::DetachRoot{});

  EXPECT_FALSE(goes_first(launch, detach));
  EXPECT_FALSE(goes_first(detach, launch));
  EXPECT_FALSE(goes_first(Decision{}, Decision{}));
}

TEST(StepOrderTest, AStepIsStartedUntilTheShareOfItsKindIsSpent) {
  EXPECT_TRUE(has_share(step::AttachRoot{}, 3s));
  EXPECT_FALSE(has_share(step::AttachRoot{}, 3s + 1ms));
  EXPECT_TRUE(has_share(step::LaunchBody{}, 3s + 1ms));
  EXPECT_FALSE(has_share(step::LaunchBody{}, 4s + 1ms));
  EXPECT_TRUE(has_share(step::MarkRoot{}, 4s + 1ms));
  EXPECT_FALSE(has_share(step::DeleteImageDisk{}, 5s + 1ms));
}

}  // namespace
}  // namespace ec2spotter
