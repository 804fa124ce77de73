// What a bug report must not say.
#include "cli/commands/bugreport/redaction.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::cli {
namespace {

TEST(RedactionTest, AccountIdsAndAccessKeysGo) {
  EXPECT_EQ(redacted("arn:aws:iam::123456789012:user/me"), "arn:aws:iam::<account>:user/me");
  EXPECT_EQ(redacted("<ownerId>123456789012</ownerId>\n123456789012"),
            "<ownerId><account></ownerId>\n<account>");
  EXPECT_EQ(redacted("key AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE."),
            "key <access key>, <access key>.");
}

TEST(RedactionTest, IdsAndTimesStay) {
  for (const char* text : {"vol-0123456789012abcd i-0a58c3f1b2d4e5f60", "2026-11-29T09:01:02Z",
                           "AKIA", "1234567890123", "the system is up\n\nand well\n", ""}) {
    EXPECT_EQ(redacted(text), text);
  }
}

TEST(RedactionTest, ValuesNamedAsSecretsGoToTheEndOfTheirLine) {
  EXPECT_EQ(redacted("Password: hunter2 and more\nnext"), "Password:<secret>\nnext");
  EXPECT_EQ(redacted("aws_secret_access_key = abc"), "aws_secret_access_key =<secret>");
  EXPECT_EQ(redacted("<clientToken>abc</clientToken>"), "<clientToken><secret>");
  EXPECT_EQ(redacted("the token bucket is empty"), "the token bucket is empty");
}

TEST(RedactionTest, PrivateKeysGo) {
  EXPECT_EQ(redacted("before\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA\nc2g=\n"
                     "-----END OPENSSH PRIVATE KEY-----\nafter"),
            "before\n<secret>\nafter");
  EXPECT_EQ(redacted("-----BEGIN RSA PRIVATE KEY-----\nnever ends"), "<secret>");
}

}  // namespace
}  // namespace ec2spotter::cli
