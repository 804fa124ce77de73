// EC2's error codes and the class that each gets, and the error documents of its services.
#include "aws/wire/error_table.hpp"

#include <gtest/gtest.h>

#include "aws/wire/error_document.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

struct Case {
  const char* api_code;
  int status;
  ErrorClass meaning;
};

// One or two of each class of the EC2 error codes that we react to.
constexpr Case kCases[] = {
    {"InsufficientInstanceCapacity", 500, {Errc::no_capacity, Reaction::another_pool}},
    {"UnfulfillableCapacity", 400, {Errc::no_capacity, Reaction::another_pool}},
    {"SpotMaxPriceTooLow", 400, {Errc::no_capacity, Reaction::another_pool}},
    {"MaxSpotInstanceCountExceeded", 400, {Errc::quota, Reaction::another_pool}},
    {"VcpuLimitExceeded", 400, {Errc::quota, Reaction::another_pool}},
    {"AddressLimitExceeded", 400, {Errc::quota, Reaction::ask_user}},
    {"RequestLimitExceeded", 503, {Errc::throttled, Reaction::retry_after_backoff}},
    {"Throttling", 400, {Errc::throttled, Reaction::retry_after_backoff}},
    {"InternalError", 500, {Errc::transport, Reaction::look_first}},
    {"Unavailable", 503, {Errc::transport, Reaction::look_first}},
    {"InvalidVolume.NotFound", 400, {Errc::not_found, Reaction::look_first}},
    {"InvalidInstanceID.NotFound", 400, {Errc::not_found, Reaction::look_first}},
    {"InvalidReplaceRootVolumeTaskId.NotFound", 400, {Errc::not_found, Reaction::look_first}},
    {"InvalidAMIID.NotFound", 400, {Errc::not_found, Reaction::ask_user}},
    {"RequestExpired", 400, {Errc::clock_skew, Reaction::retry_now}},
    {"SignatureDoesNotMatch", 403, {Errc::clock_skew, Reaction::retry_now}},
    {"AuthFailure", 401, {Errc::clock_skew, Reaction::retry_now}},
    {"UnauthorizedOperation", 403, {Errc::unauthorized, Reaction::ask_user}},
    {"OptInRequired", 401, {Errc::unauthorized, Reaction::ask_user}},
    {"AuthFailure.ServiceLinkedRoleCreationNotPermitted",
     403,
     {Errc::unauthorized, Reaction::ask_user}},
    {"QueueDoesNotExist", 400, {Errc::not_found, Reaction::ask_user}},
    {"ReceiptHandleIsInvalid", 400, {Errc::invalid, Reaction::stop}},
    {"MaxConfigLimitExceeded", 400, {Errc::quota, Reaction::ask_user}},
    {"IncorrectState", 400, {Errc::wrong_state, Reaction::look_first}},
    {"VolumeInUse", 400, {Errc::wrong_state, Reaction::look_first}},
    {"InvalidAttachment.NotFound", 400, {Errc::already_done, Reaction::look_first}},
    {"InvalidParameterCombination", 400, {Errc::invalid, Reaction::another_pool}},
    {"InvalidInstanceType", 400, {Errc::invalid, Reaction::another_pool}},
    {"UnsupportedOperation", 400, {Errc::invalid, Reaction::another_pool}},
    {"VPCIdNotSpecified", 400, {Errc::invalid, Reaction::ask_user}},
    {"VPCResourceNotSpecified", 400, {Errc::invalid, Reaction::ask_user}},
    {"MissingInput", 400, {Errc::invalid, Reaction::ask_user}},
    {"InvalidBlockDeviceMapping", 400, {Errc::invalid, Reaction::ask_user}},
    {"InvalidKmsKey.InvalidState", 400, {Errc::unauthorized, Reaction::ask_user}},
    {"InvalidKMSKey.DisabledState", 400, {Errc::unauthorized, Reaction::ask_user}},
    {"CustomerKeyHasBeenRevoked", 400, {Errc::unauthorized, Reaction::ask_user}},
    {"InvalidInstanceID", 400, {Errc::wrong_state, Reaction::look_first}},
    {"InvalidAddress.Locked", 400, {Errc::wrong_state, Reaction::ask_user}},
    {"InvalidSubnetID.Malformed", 400, {Errc::invalid, Reaction::ask_user}},
    {"InvalidGroupId.Malformed", 400, {Errc::invalid, Reaction::ask_user}},
    {"InvalidInstanceID.Malformed", 400, {Errc::invalid, Reaction::stop}},
    {"InvalidInterface.IpAddressLimitExceeded", 400, {Errc::quota, Reaction::ask_user}},
    {"PrivateIpAddressLimitExceeded", 400, {Errc::quota, Reaction::ask_user}},
    {"NetworkInterfaceLimitExceeded", 400, {Errc::quota, Reaction::ask_user}},
    {"VolumeTypeNotAvailableInZone", 400, {Errc::invalid, Reaction::ask_user}},
    {"InsufficientClusterInstanceCapacity", 400, {Errc::no_capacity, Reaction::another_pool}},
    {"InvalidCapacityReservationId.NotFound", 400, {Errc::not_found, Reaction::ask_user}},
    {"RegionDisabledException", 400, {Errc::unauthorized, Reaction::ask_user}},
    {"IDPCommunicationError", 400, {Errc::transport, Reaction::look_first}},
    {"InvalidNextToken", 400, {Errc::invalid, Reaction::stop}},
};

TEST(ErrorTableTest, EachClassHasItsReaction) {
  for (const Case& c : kCases) {
    EXPECT_EQ(classify(c.api_code, c.status), c.meaning)
        << c.api_code << ": " << to_string(classify(c.api_code, c.status).reaction);
  }
}

TEST(ErrorTableTest, APrefixOfTheSideThatFailedIsIgnored) {
  EXPECT_EQ(classify("Server.InsufficientInstanceCapacity", 500).code, Errc::no_capacity);
  EXPECT_EQ(classify("Client.VolumeInUse", 400).code, Errc::wrong_state);
}

TEST(ErrorTableTest, AnUnknownCodeIsClassedByItsStatus) {
  EXPECT_EQ(classify("NewInTheYear2030", 500).code, Errc::transport);
  EXPECT_EQ(classify("NewInTheYear2030", 429).code, Errc::throttled);
  EXPECT_EQ(classify("NewInTheYear2030", 403).code, Errc::unauthorized);
  EXPECT_EQ(classify("NewInTheYear2030", 400), (ErrorClass{Errc::internal, Reaction::stop}));
}

TEST(ErrorTableTest, TheTextDecidesOnlyWhereEc2GivesNothingElse) {
  // Captured from AttachVolume with a device name that is taken, and from RunInstances with a
  // fresh instance profile.
  EXPECT_EQ(
      classify(
          "InvalidParameterValue", 400,
          "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use")
          .code,
      Errc::wrong_state);
  EXPECT_EQ(classify("InvalidParameterValue", 400,
                     "Value (p) for parameter iamInstanceProfile.name is invalid. Invalid IAM "
                     "Instance Profile name")
                .reaction,
            Reaction::retry_after_backoff);
  EXPECT_EQ(classify("InvalidParameterValue", 400, "another").code, Errc::invalid);
}

TEST(ErrorTableTest, AnImageThatIsNotSharedIsNoMatterOfKeys) {
  // Captured from RunInstances with a private image.
  const Error error = error_from_reply(
      ec2_error("AuthFailure", "Not authorized for images: [ami-00000000000000001]"), 403);
  EXPECT_EQ(error.code, Errc::invalid);
  EXPECT_EQ(reaction_to(error), Reaction::ask_user);
  EXPECT_EQ(
      error.message,
      "Not authorized for images: [ami-00000000000000001]; the image does not exist, or is not "
      "shared with this account: correct image in the machine file");
  EXPECT_EQ(error_from_reply(ec2_error("AuthFailure", "AWS was not able to validate"), 401).code,
            Errc::clock_skew);
  EXPECT_FALSE(concerns_pool(error));
}

TEST(ErrorTableTest, TheCureIsNamedWhereEc2DoesNot) {
  for (const char* code : {"VPCIdNotSpecified", "VPCResourceNotSpecified", "MissingInput"}) {
    EXPECT_NE(error_from_reply(ec2_error(code, "m"), 400).message.find("name a subnet"),
              std::string::npos);
  }
  EXPECT_EQ(error_from_reply(ec2_error("VolumeInUse", "m"), 400).message, "m");
}

TEST(ErrorTableTest, EveryErrorHasAReaction) {
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    const Error error{.code = static_cast<Errc>(code), .message = "m"};
    EXPECT_NE(to_string(reaction_to(error)), "");
  }
  // A repaired clock that still fails is a question of rights.
  EXPECT_EQ(reaction_to(
                {.code = Errc::unauthorized, .message = "m", .api_code = "SignatureDoesNotMatch"}),
            Reaction::ask_user);
}

TEST(ErrorDocumentTest, ReadsTheFormsOfEc2StsAndSsm) {
  const Error ec2 = error_from_reply(ec2_error("VolumeInUse", "vol-1 is in use"), 400);
  EXPECT_EQ(ec2.code, Errc::wrong_state);
  EXPECT_EQ(ec2.api_code, "VolumeInUse");
  EXPECT_EQ(ec2.message, "vol-1 is in use");
  EXPECT_EQ(ec2.request_id, "req-1");
  const Error sts = error_from_reply(
      "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
      "<Message>old</Message></Error><RequestId>req-2</RequestId></ErrorResponse>",
      403);
  EXPECT_EQ(sts.code, Errc::unauthorized);
  EXPECT_EQ(sts.request_id, "req-2");
  const Error ssm = error_from_reply(
      R"({"__type":"com.amazonaws.ssm#ParameterNotFound","message":"no such"})", 400);
  EXPECT_EQ(ssm.code, Errc::not_found);
  EXPECT_EQ(ssm.message, "no such");
}

TEST(ErrorDocumentTest, WhatIsNoErrorDocumentIsTakenByItsStatus) {
  EXPECT_EQ(error_from_reply("<html>502 Bad Gateway</html>", 502).code, Errc::transport);
  EXPECT_EQ(error_from_reply("", 503).code, Errc::transport);
  EXPECT_EQ(error_from_reply("", 429).code, Errc::throttled);
  const Error other = error_from_reply("<html>not here</html>", 404);
  EXPECT_EQ(other.code, Errc::malformed_reply);
  EXPECT_NE(other.message.find("is the endpoint an AWS one?"), std::string::npos);
}

// Other parameters would not help, and another pool has the same key.
TEST(ErrorTableTest, AKeyThatIsNotAccessibleIsAMatterOfRights) {
  for (const char* message :
       {"The specified KMS key is not accessible", "Given key ID is not accessible"}) {
    EXPECT_EQ(classify("InvalidParameterValue", 400, message).code, Errc::unauthorized);
    const std::string cure(cure_of("InvalidParameterValue", message));
    EXPECT_NE(cure.find("kms:CreateGrant"), std::string::npos) << cure;
    EXPECT_NE(cure.find("AWSServiceRoleForEC2Spot"), std::string::npos) << cure;
  }
  EXPECT_TRUE(cure_of("InvalidParameterValue", "Value (x) for parameter y is invalid").empty());
}

}  // namespace
}  // namespace ec2spotter::aws
