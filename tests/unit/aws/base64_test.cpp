// Base64, against the vectors of RFC 4648.
#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

TEST(Base64Test, WritesAndReadsTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded), plain);
  }
}

TEST(Base64Test, EveryByteSurvives) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
}

TEST(Base64Test, SkipsLineBreaksAndForgivesMissingPadding) {
  EXPECT_EQ(base64_decode("Zm9v\r\nYg"), "foob");
}

TEST(Base64Test, RefusesOtherCharactersAndImpossibleLengths) {
  for (const char* text : {"Zm9v!", "Z", "Zg==Zg==", "Zg===", "Zm9_"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ec2spotter
