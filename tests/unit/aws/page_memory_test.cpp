// Pages that say the same as the last time are parsed once.
#include "aws/wire/ec2/page_memory.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::aws {
namespace {

int parsed = 0;

Result<PageOf<Volume>> count_parse(std::string_view body) {
  ++parsed;
  if (body.ends_with("broken")) return fail(Errc::malformed_reply, "broken");
  return PageOf<Volume>{.items = {}, .next_token = std::string(body)};
}

// A reply whose root has these children.
std::string reply(const std::string& children) {
  return "<?xml version=\"1.0\"?>\n<R xmlns='a>b'>" + children + "</R>";
}

TEST(PageMemoryTest, ParsesWhatSaysTheSameOnce) {
  parsed = 0;
  PageMemory<Volume> memory;
  const auto first = memory.read(reply("<requestId>1</requestId><a/>"), count_parse);
  const auto again = memory.read(reply("<requestId>2</requestId><a/>"), count_parse);
  EXPECT_EQ(parsed, 1);
  EXPECT_EQ(*again, *first);
  EXPECT_NE(*memory.read(reply("<requestId>3</requestId><b/>"), count_parse), *first);
  EXPECT_EQ(parsed, 2);
}

TEST(PageMemoryTest, TheIdMayStandAnywhereBelowTheRootInAnyForm) {
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"<a/><requestId>", "</requestId>"},
           {"<!-- <requestId>0</requestId> --><a/><requestId>", "</requestId>"},
           {"<a><b>1</b></a><requestId>", "</requestId>"},
           {"<a/><RequestId>", "</RequestId><c/>"},
           {"<a/><RequestID>", "</RequestID><c/>"},
           {"<n:a/><n:requestId>", "</n:requestId>"},
           {"<requestId x='1>2' y=\"/>\" >", "</requestId><a/>"},
           {"<![CDATA[<x>]]><requestId>", "</requestId>"}}) {
    parsed = 0;
    PageMemory<Volume> memory;
    ASSERT_TRUE(memory.read(reply(before + "1" + after), count_parse));
    ASSERT_TRUE(memory.read(reply(before + "22" + after), count_parse));
    EXPECT_EQ(parsed, 1) << before;
    ASSERT_TRUE(memory.read(reply("<new/>" + before + "1" + after), count_parse));
    ASSERT_TRUE(memory.read(reply(before + "1" + after + "<new/>"), count_parse));
    EXPECT_EQ(parsed, 3) << before;
  }
}

TEST(PageMemoryTest, RepliesThatDifferElsewhereAreNeverTakenForEachOther) {
  const std::vector<std::string> replies{
      reply("<set/><requestId>1</requestId>"),
      reply("<set><item>vol-1</item></set><requestId>2</requestId>"),
      reply("<set><requestId>1</requestId></set>"),
      reply("<set><requestId>2</requestId></set>"),
      reply("<set><item><requestId>1</requestId></item></set><requestId>1</requestId>"),
      reply("<set><item><requestId>2</requestId></item></set><requestId>1</requestId>"),
      reply("<v><![CDATA[<requestId>1</requestId>]]></v>"),
      reply("<v><![CDATA[<requestId>2</requestId>]]></v>"),
      reply("<v>&lt;requestId>1&lt;/requestId></v>"),
      reply("<v>&lt;requestId>2&lt;/requestId></v>"),
      reply("<v a='<requestId>1</requestId>'/>"),
      reply("<v a='<requestId>2</requestId>'/>"),
      reply("<spotRequestId>1</spotRequestId>"),
      reply("<spotRequestId>2</spotRequestId>"),
      reply("<requestId><x>1</x></requestId>"),
      reply("<requestId><x>2</x></requestId>"),
      reply("<requestId>1</requestId><requestId/>"),
      reply("<requestId/><requestId>1</requestId>"),
      "<requestId>1</requestId>",
      "<requestId>2</requestId>",
      "<R><requestId>1",
      "<R><requestId>2",
      "no reply 1",
      "no reply 2",
  };
  parsed = 0;
  PageMemory<Volume> memory;
  for (const std::string& each : replies) {
    const auto page = memory.read(each, count_parse);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next_token, each);
  }
  EXPECT_EQ(parsed, static_cast<int>(replies.size()));
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
