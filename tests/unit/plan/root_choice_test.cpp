// Which of several volumes is the machine's root.
#include "plan/choice/root_choice.hpp"

#include <gtest/gtest.h>

#include "scene.hpp"

namespace ec2spotter {
namespace {

const VolumeId kOther("vol-0000000000000002");

// What EC2's tools make of the root's snapshot: another volume with the root's tags.
Volume a_copy() {
  Volume copy = a_volume();
  copy.id = kOther;
  return copy;
}

Volume a_retired_one() {
  Volume volume = a_copy();
  volume.tags["ec2spotter:state"] = "retired";
  return volume;
}

class RootChoiceTest : public testing::Test {
 protected:
  RootChoice choose() const { return choose_root(machine, seen, kNow); }
  void expect_root(const VolumeId& id) const {
    const RootChoice choice = choose();
    ASSERT_NE(choice.volume, nullptr) << choice.refusal->detail;
    EXPECT_EQ(choice.volume->id, id);
  }
  void expect_refused(Reason reason) const {
    const RootChoice choice = choose();
    ASSERT_TRUE(choice.refusal);
    EXPECT_EQ(choice.refusal->reason, reason) << choice.refusal->detail;
  }

  Machine machine = a_machine();
  Observation seen;
};

TEST_F(RootChoiceTest, ACopyWithTheRootsTagsIsNoRoot) {
  for (const bool copy_first : {false, true}) {
    seen.volumes = {a_volume(), a_copy()};
    if (copy_first) std::swap(seen.volumes[0], seen.volumes[1]);
    expect_root(kVolume);
    machine.volume = {.id = {}, .name_tag = "web-root"};
    expect_root(kVolume);
  }
}

TEST_F(RootChoiceTest, AFileThatNamesTheCopyIsRefusedWhileThereIsTheRoot) {
  seen.volumes = {a_volume(), a_copy()};
  machine.volume.id = kOther;
  expect_refused(Reason::volume_differs);
}

TEST_F(RootChoiceTest, ACopyThatTheFileNamesIsTakenWhenTheRootIsGone) {
  seen.volumes = {a_copy()};
  machine.volume.id = kOther;
  expect_root(kOther);
}

TEST_F(RootChoiceTest, ARetiredRootDoesNotHideTheVolumeThatTheFileNames) {
  Volume fresh = a_volume();
  fresh.tags = {{"Name", "web-root"}};
  Volume retired = a_retired_one();
  retired.tags["Name"] = "web-root";
  seen.volumes = {retired, fresh};
  expect_root(kVolume);
  machine.volume = {.id = {}, .name_tag = "web-root"};
  expect_root(kVolume);
  machine.volume = {.id = kOther, .name_tag = {}};
  expect_refused(Reason::volume_retired);
}

// Tags from before volumes carried their own id.
TEST_F(RootChoiceTest, AmongAlikeVolumesTheUsersWordCountsUnlessAnotherIsInUse) {
  seen.volumes = {a_volume(), a_copy()};
  for (Volume& volume : seen.volumes) volume.tags.erase("ec2spotter:volume");
  expect_root(kVolume);
  machine.volume.id = kOther;
  expect_root(kOther);
  hold(seen.volumes[0], kFirst);
  expect_refused(Reason::volume_ambiguous);
  machine.volume = {.id = {}, .name_tag = "web-root"};
  expect_refused(Reason::volume_ambiguous);
}

}  // namespace
}  // namespace ec2spotter
