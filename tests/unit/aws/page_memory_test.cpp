#include "aws/wire/page_memory.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::aws {
namespace {

int parsed = 0;

Result<PageOf<Volume>> count_parse(std::string_view body) {
  ++parsed;
  if (body.ends_with("broken")) return fail(Errc::malformed_reply, "broken");
  return PageOf<Volume>{.items = {}, .next_token = std::string(body)};
}

TEST(PageMemoryTest, ParsesWhatSaysTheSameOnce) {
  parsed = 0;
  PageMemory<Volume> memory;
  const auto first = memory.read("<requestId>1</requestId>a", count_parse);
  const auto again = memory.read("<requestId>2</requestId>a", count_parse);
  EXPECT_EQ(parsed, 1);
  EXPECT_EQ(*again, *first);
  EXPECT_NE(*memory.read("<requestId>3</requestId>b", count_parse), *first);
  EXPECT_EQ(parsed, 2);
}

TEST(PageMemoryTest, ForgetsTheOldestAndRemembersNoError) {
  parsed = 0;
  PageMemory<Volume> memory;
  for (int i = 0; i < 33; ++i) ASSERT_TRUE(memory.read(std::to_string(i), count_parse));
  ASSERT_TRUE(memory.read("32", count_parse));
  EXPECT_EQ(parsed, 33);
  ASSERT_TRUE(memory.read("0", count_parse));
  EXPECT_EQ(parsed, 34);
  EXPECT_FALSE(memory.read("broken", count_parse));
  EXPECT_FALSE(memory.read("broken", count_parse));
  EXPECT_EQ(parsed, 36);
}

}  // namespace
}  // namespace ec2spotter::aws
