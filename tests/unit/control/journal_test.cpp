// The journal: written, read back, kept within its room.
#include "control/loop/journal.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

class JournalTest : public testing::Test {
 protected:
  JournalTest() {
    std::string form = (fs::temp_directory_path() / "ec2spotter-journal-XXXXXX").string();
    folder = ::mkdtemp(form.data());
  }
  ~JournalTest() override { fs::remove_all(folder); }

  static Event event(const std::string& machine, const std::string& detail) {
    return {.time = kNow,
            .machine = machine,
            .kind = "decision",
            .reason = "up",
            .detail = detail,
            .steps = {"a step"}};
  }

  fs::path folder;
};

TEST_F(JournalTest, GivesBackWhatWasWrittenOfAllOrOfOneMachine) {
  Journal journal(folder);
  ASSERT_TRUE(journal.append(event("web", "a \"quoted\"\nline")));
  ASSERT_TRUE(journal.append(event("db", "other")));

  const auto all = journal.read("");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->front().detail, "a \"quoted\"\nline");
  EXPECT_EQ(all->front().time, kNow);
  EXPECT_EQ(all->front().steps, std::vector<std::string>{"a step"});
  const auto one = journal.read("db");
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().machine, "db");
}

TEST_F(JournalTest, LeavesOutLinesThatAreNoEvents) {
  std::ofstream(folder / "events.jsonl") << "{\"time\": 3}\nnonsense\n{\"ti";
  Journal journal(folder);
  const auto all = journal.read("");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->empty());
}

TEST_F(JournalTest, KeepsToItsRoomAndForgetsTheOldestFirst) {
  Journal journal(folder);
  const std::string long_text(1 << 20, 'x');
  for (int number = 0; number < 60; ++number) {
    ASSERT_TRUE(journal.append(event("web", std::to_string(number) + long_text)));
  }
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder)) bytes += file.file_size();
  EXPECT_LE(bytes, 48U << 20);
  const auto all = journal.read("web");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->back().detail.substr(0, 2), "59");
  EXPECT_NE(all->front().detail.substr(0, 1), "0");
}

TEST_F(JournalTest, SaysWhenItCannotWrite) {
  Journal journal(folder / "missing");
  const auto written = journal.append(event("web", ""));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::io);
}

}  // namespace
}  // namespace ec2spotter
