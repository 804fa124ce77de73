// Guests without a virtual machine: they hang, and their roots turn read-only.
#include "sim/scripted/scripted_bodies.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kId = "i-1";
constexpr const char* kRoot = "vol-root";
constexpr const char* kAddress = "127.1.0.1";

// How long each volume's system was up, in the order of its ends.
class NotingBodies final : public ScriptedBodies {
 public:
  using ScriptedBodies::ScriptedBodies;
  std::vector<Duration> ups;

 private:
  void on_unplugged(const std::string&, Duration up) override { ups.push_back(up); }
};

// A guest whose root is up: it was attached 5 minutes ago.
class ScriptedGuest : public testing::Test {
 protected:
  ScriptedGuest() {
    static_cast<void>(bodies_.route_address(kAddress, kId));
    BodySpec spec;
    spec.instance_id = kId;
    spec.root_device = "/dev/xvda";
    spec.disks = {{"vol-image", "/dev/xvda"}};
    EXPECT_TRUE(bodies_.start(spec));
    EXPECT_TRUE(bodies_.plug_disk(kId, {kRoot, "/dev/sdf"}));
    clock_.advance(5min);
    EXPECT_TRUE(bodies_.ssh_answers(kAddress));
  }

  bool says(const std::string& words) {
    return bodies_.console(kId).find(words) != std::string::npos;
  }

  ManualClock clock_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  std::vector<BodyEvent> reports_;
  NotingBodies bodies_{clock_, [this](BodyEvent event) { reports_.push_back(std::move(event)); }};
  const Duration up_ = 5min - GuestHabits{}.to_root;
};

TEST_F(ScriptedGuest, ThatHangsAnswersNothingUntilItIsRestarted) {
  ASSERT_TRUE(bodies_.hang(kId));
  EXPECT_FALSE(bodies_.ssh_answers(kAddress));
  const std::string last_words = bodies_.console(kId);
  clock_.advance(1h);
  EXPECT_EQ(bodies_.console(kId), last_words);
  bodies_.press_power_button(kId);
  bodies_.unplug_disk(kId, {kRoot, "/dev/sdf"});
  EXPECT_TRUE(reports_.empty());
  bodies_.reboot(kId);
  EXPECT_EQ(bodies_.ups, std::vector<Duration>{up_});
  EXPECT_FALSE(says("identify"));
  clock_.advance(1min);
  EXPECT_TRUE(bodies_.ssh_answers(kAddress));
  EXPECT_TRUE(says("root ok volume=vol-root"));
}

TEST_F(ScriptedGuest, WritesToAFurtherDiskWhileItHasBothThatAndItsRoot) {
  EXPECT_TRUE(bodies_.plug_disk(kId, {"vol-data", "/dev/sdg"}));
  clock_.advance(2min);
  bodies_.reboot(kId);
  EXPECT_EQ(bodies_.ups, (std::vector<Duration>{2min, up_ + 2min})) << "data, then root";
  clock_.advance(1min);
  bodies_.unplug_disk(kId, {"vol-data", "/dev/sdg"});
  EXPECT_EQ(bodies_.ups.back(), 1min - GuestHabits{}.to_root);
}

TEST_F(ScriptedGuest, WaitsForItsRootWhateverElseItHas) {
  bodies_.unplug_disk(kId, {kRoot, "/dev/sdf"});
  EXPECT_TRUE(bodies_.plug_disk(kId, {"vol-data", "/dev/sdg"}));
  clock_.advance(5min);
  EXPECT_TRUE(says("find wait"));
  EXPECT_FALSE(says("root ok"));
  EXPECT_TRUE(bodies_.plug_disk(kId, {kRoot, "/dev/sdf"}));
  clock_.advance(1min);
  EXPECT_TRUE(says("root ok volume=vol-root"));
}

TEST_F(ScriptedGuest, ThatHangsEarlyNeverGetsOn) {
  bodies_.reboot(kId);
  clock_.advance(5s);
  ASSERT_TRUE(bodies_.hang(kId));
  clock_.advance(1h);
  EXPECT_FALSE(says("identify"));
  bodies_.cut_power(kId);
  EXPECT_EQ(bodies_.ups, (std::vector<Duration>{up_, 0s}));
}

TEST_F(ScriptedGuest, WhoseRootTurnsReadOnlySaysSoAndWritesNoMore) {
  EXPECT_FALSE(bodies_.root_is_read_only(kAddress));
  ASSERT_TRUE(bodies_.turn_read_only(kId));
  clock_.advance(1h);
  EXPECT_TRUE(bodies_.ssh_answers(kAddress));
  EXPECT_TRUE(bodies_.root_is_read_only(kAddress));
  EXPECT_TRUE(says("Remounting filesystem read-only"));
  bodies_.reboot(kId);
  EXPECT_EQ(bodies_.ups, std::vector<Duration>{up_});
  clock_.advance(1min);
  EXPECT_FALSE(bodies_.root_is_read_only(kAddress));
  EXPECT_FALSE(says("read-only"));
}

TEST_F(ScriptedGuest, WithANewRootStartsFromItAsTheFirmwareWould) {
  BodySpec spec;
  spec.instance_id = kId;
  spec.root_device = "/dev/xvda";
  spec.disks = {{"vol-new", "/dev/xvda"}, {kRoot, "/dev/sdf"}};
  ASSERT_TRUE(bodies_.restart(spec));
  EXPECT_EQ(bodies_.ups, std::vector<Duration>{up_});
  EXPECT_FALSE(bodies_.ssh_answers(kAddress));
  clock_.advance(1min);
  EXPECT_EQ(bodies_.host_key(kAddress), "vol-new");
  EXPECT_FALSE(says("identify"));
}

TEST_F(ScriptedGuest, WithoutARootHasNoneToTurnReadOnly) {
  bodies_.reboot(kId);
  EXPECT_FALSE(bodies_.turn_read_only(kId));
  EXPECT_FALSE(bodies_.turn_read_only("i-2"));
}

}  // namespace
}  // namespace ec2spotter::sim
