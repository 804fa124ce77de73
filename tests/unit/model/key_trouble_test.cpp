// What EC2's words say about a KMS key, and the cure in each case.
#include "model/key_trouble.hpp"

#include <gtest/gtest.h>

#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

constexpr const char* kArn = "arn:aws:kms:us-east-1:123456789012:key/1111";

void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(KeyTroubleTest, EachOfEc2sWordsHasItsMeaning) {
  struct Row {
    const char *code, *message;
    std::optional<KeyTrouble> meaning;
  };
  const Row rows[] = {
      {"CustomerKeyHasBeenRevoked",
       "Volume vol-1 cannot be attached. The encrypted volume was unable to access the KMS master "
       "key.",
       KeyTrouble::unclear},
      {"Client.InvalidKMSKey.InvalidState", "The KMS key provided is in an incorrect state",
       KeyTrouble::disabled},
      {"InvalidKMSKey.DisabledState", "", KeyTrouble::disabled},
      {"InvalidKmsKey.NotFound", "", KeyTrouble::wrong_region},
      {"InvalidKMSKey.SomethingNew", "", KeyTrouble::no_right},
      {"KmsAccessDenied", "", KeyTrouble::no_right},
      {"Client.InternalError", "Client.InternalError: Client error on launch",
       KeyTrouble::no_right},
      {"", "Given key ID is not accessible", KeyTrouble::unclear},
      {"InvalidParameterValue", "The specified KMS key is not accessible.", KeyTrouble::unclear},
      {"InternalError", "An internal error has occurred", std::nullopt},
      {"Client.VolumeLimitExceeded", "Volume limit exceeded", std::nullopt},
      {"InvalidKeyPair.NotFound", "The key pair 'me' does not exist", std::nullopt},
      {"", "", std::nullopt}};
  for (const Row& row : rows)
    EXPECT_EQ(key_trouble_of(row.code, row.message), row.meaning) << row.code;
}

TEST(KeyTroubleTest, AMissingRightNamesItAndWhoNeedsIt) {
  const auto cure = [](KeyUser user) {
    return describe(KeyTrouble::no_right, {.key = kArn, .region = "us-east-1", .user = user});
  };
  for (const KeyUser user :
       {KeyUser::caller, KeyUser::spot, KeyUser::fleet, KeyUser::instance_role}) {
    expect_parts(cure(user), {kArn, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey",
                              "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"});
  }
  expect_parts(cure(KeyUser::caller), {"the caller"});
  expect_parts(cure(KeyUser::spot), {"the caller", "AWSServiceRoleForEC2Spot"});
  expect_parts(cure(KeyUser::fleet), {"AWSServiceRoleForEC2Fleet", "AWSServiceRoleForEC2Spot"});
  expect_parts(cure(KeyUser::instance_role), {"setup-role"});
}

TEST(KeyTroubleTest, ADisabledKeyIsToBeEnabled) {
  const std::string text = describe(KeyTrouble::disabled, {.key = kArn, .region = "us-east-1"});
  expect_parts(text, {kArn, "aws kms enable-key --key-id arn:aws:kms", "cancel-key-deletion"});
  EXPECT_EQ(text.find("kms:CreateGrant"), std::string::npos) << "no right would help";
}

// EC2 answers as if a right were missing; the ARN shows what it is.
TEST(KeyTroubleTest, AKeyOfAnotherRegionIsFoundByItsArn) {
  for (const KeyTrouble told : {KeyTrouble::unclear, KeyTrouble::no_right, KeyTrouble::disabled}) {
    const std::string text = describe(told, {.key = kArn, .region = "us-west-2"});
    expect_parts(text, {kArn, "belongs to us-east-1", "us-west-2", "copy the snapshot"});
    EXPECT_EQ(text.find("kms:CreateGrant"), std::string::npos) << text;
  }
  expect_parts(describe(KeyTrouble::wrong_region, {.key = kArn, .region = "us-east-1"}),
               {"belongs to us-east-1"});
}

TEST(KeyTroubleTest, WhereEc2DoesNotSayWhichBothAreNamed) {
  expect_parts(describe(KeyTrouble::unclear, {.key = kArn, .region = "us-east-1"}),
               {kArn, "if it is disabled", "enable-key", "kms:CreateGrant"});
  expect_parts(describe(KeyTrouble::unclear, {}), {"the KMS key", "enable-key --key-id KEY"});
}

TEST(KeyTroubleTest, TheRegionOfAPlaceIsThatOfItsZone) {
  EXPECT_EQ(region_of_place("us-west-2a"), "us-west-2");
  EXPECT_EQ(region_of_place("nowhere"), "");
}

}  // namespace
}  // namespace ec2spotter
