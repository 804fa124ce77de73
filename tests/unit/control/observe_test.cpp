// Which consoles are read when there are more than a turn may read.
#include <gtest/gtest.h>

#include <deque>

#include "control/observe/consoles.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

class ConsolesEc2 final : public SilentEc2 {
 public:
  std::vector<std::string> asked;
  std::optional<Error> error;
  Result<aws::ConsoleOutput> console_output(const InstanceId& id) override {
    asked.push_back(id.str());
    if (error) return fail(*error);
    return aws::ConsoleOutput{.text = "ec2spotter: identify ok\n", .time = {}};
  }
};

// What reading consoles has no use for.
class NoSurroundings final : public Prober, public Waiter, public Reporter {
 public:
  std::vector<SshAnswer> ssh_answers(const std::vector<Endpoint>&) override { return {}; }
  bool wait(Duration) override { return false; }
  void on_decision(const Machine&, const Decision&) override {}
  void on_step_failed(const Machine&, const Step&, const Error&) override {}
  void on_trouble(const Error&) override {}
};

class ConsolesTest : public testing::Test {
 protected:
  // A machine whose running body is "i-NAME".
  Memory& add(const std::string& name) {
    Machine& machine = machines_.emplace_back();
    machine.name = MachineName(name);
    Observation& seen = observations_.emplace_back();
    Instance body;
    body.id = InstanceId("i-" + name);
    body.state = InstanceState::running;
    seen.bodies = {body};
    Memory& memory = memories_.emplace_back();
    subjects_.push_back({.machine = &machine, .seen = &seen, .memory = &memory});
    return memory;
  }
  void give_root(std::size_t place) {
    Observation& seen = observations_.at(place);
    Volume volume;
    volume.id = VolumeId("vol-1");
    volume.state = VolumeState::in_use;
    machines_.at(place).volume.id = volume.id;
    volume.attachments = {
        {.instance = seen.bodies[0].id, .device = "/dev/sdf", .state = AttachmentState::attached}};
    seen.volumes = {volume};
  }
  std::vector<std::string> read(int max, std::optional<Error> error = {}) {
    ConsolesEc2 ec2;
    ec2.error = std::move(error);
    const ManualClock clock(kNow);
    NoSurroundings none;
    read_consoles(subjects_,
                  {.ec2 = ec2, .prober = none, .clock = clock, .waiter = none, .reporter = none},
                  max);
    return ec2.asked;
  }

  const Observation& seen(std::size_t place) const { return observations_.at(place); }

 private:
  std::deque<Machine> machines_;
  std::deque<Observation> observations_;
  std::deque<Memory> memories_;
  std::vector<Subject> subjects_;
};

using Ids = std::vector<std::string>;

TEST_F(ConsolesTest, ThoseThatHaveSpokenAndWaitForTheRootAreReadLast) {
  const BootReport spoken{"identify", "ok", "", ""};
  add("waits").consoles[InstanceId("i-waits")] = {
      .report = spoken, .trouble = {}, .read_at = kNow - 60s};
  add("boots").consoles[InstanceId("i-boots")] = {
      .report = spoken, .trouble = {}, .read_at = kNow - 10s};
  give_root(1);
  add("silent").consoles[InstanceId("i-silent")] = {
      .report = {}, .trouble = {}, .read_at = kNow - 20s};
  add("new");
  EXPECT_EQ(read(3), (Ids{"i-new", "i-silent", "i-boots"}));
}

TEST_F(ConsolesTest, TheOthersFollowInTurn) {
  for (const char* name : {"a", "b", "c"}) add(name);
  give_root(2);
  EXPECT_EQ(read(2), (Ids{"i-a", "i-b"}));
  EXPECT_EQ(read(1), (Ids{"i-c"}));
}

TEST_F(ConsolesTest, AMissingRightIsNewsAndAnotherErrorIsNone) {
  const InstanceId body("i-a");
  add("a");
  read(1, Error{.code = Errc::unauthorized, .message = "not yours"});
  ASSERT_TRUE(seen(0).unreadable.contains(body));
  EXPECT_EQ(seen(0).unreadable.at(body).message, "not yours");

  add("b");
  read(2, Error{.code = Errc::transport, .message = "broken"});
  EXPECT_TRUE(seen(1).unreadable.empty());
}

}  // namespace
}  // namespace ec2spotter
