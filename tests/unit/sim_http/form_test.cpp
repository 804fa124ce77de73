// The body of a Query call, decoded.
#include "sim/http/form.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::sim {
namespace {

TEST(FormTest, NamesAndValuesAreDecoded) {
  EXPECT_EQ(parse_form("Action=RunInstances&Tag.1.Value=a%20b%26c%3Dd&X=a+b"),
            (ParamMap{{"Action", "RunInstances"}, {"Tag.1.Value", "a b&c=d"}, {"X", "a b"}}));
}

TEST(FormTest, WhatIsHalfAFormIsReadAsFarAsItGoes) {
  EXPECT_EQ(parse_form(""), ParamMap{});
  EXPECT_EQ(parse_form("&&A&B=&=c&"), (ParamMap{{"A", ""}, {"B", ""}, {"", "c"}}));
  EXPECT_EQ(parse_form("A=%&B=%4&C=%zz&D=100%25"),
            (ParamMap{{"A", "%"}, {"B", "%4"}, {"C", "%zz"}, {"D", "100%"}}));
}

}  // namespace
}  // namespace ec2spotter::sim
