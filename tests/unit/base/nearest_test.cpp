// Which known word a wrong one is nearest to.
#include "base/nearest.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

const std::vector<std::string> kKnown{"launch", "list", "status"};

TEST(NearestTest, NamesTheMemberWithTheFewestChanges) {
  EXPECT_EQ(nearest("lanch", kKnown), "launch");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(NearestTest, GuessesOnlyWhatIsAlike) {
  EXPECT_EQ(did_you_mean("lanch", kKnown), "; did you mean 'launch'?");
  EXPECT_EQ(did_you_mean("lits", kKnown), "; did you mean 'list'?");
  EXPECT_EQ(did_you_mean("help", kKnown), "");
  EXPECT_EQ(did_you_mean("xyzzy", kKnown), "");
  EXPECT_EQ(did_you_mean("", kKnown), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace ec2spotter
