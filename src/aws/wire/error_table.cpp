#include "aws/wire/error_table.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace ec2spotter::aws {
namespace {

struct Row {
  std::string_view api_code;
  ErrorClass meaning;
};

constexpr ErrorClass kCapacity{Errc::no_capacity, Reaction::another_pool};
constexpr ErrorClass kPoolQuota{Errc::quota, Reaction::another_pool};
constexpr ErrorClass kQuota{Errc::quota, Reaction::ask_user};
constexpr ErrorClass kThrottle{Errc::throttled, Reaction::retry_after_backoff};
constexpr ErrorClass kServer{Errc::transport, Reaction::look_first};
constexpr ErrorClass kNotVisible{Errc::not_found, Reaction::look_first};
constexpr ErrorClass kWrongName{Errc::not_found, Reaction::ask_user};
constexpr ErrorClass kClock{Errc::clock_skew, Reaction::retry_now};
constexpr ErrorClass kRights{Errc::unauthorized, Reaction::ask_user};
constexpr ErrorClass kState{Errc::wrong_state, Reaction::look_first};
constexpr ErrorClass kHolds{Errc::already_done, Reaction::look_first};
constexpr ErrorClass kInput{Errc::invalid, Reaction::stop};
constexpr ErrorClass kUserInput{Errc::invalid, Reaction::ask_user};
// Of a launch: the instance type, or the type together with image, zone or market. Another type may
// be taken.
constexpr ErrorClass kPoolRefused{Errc::invalid, Reaction::another_pool};
constexpr ErrorClass kLocked{Errc::wrong_state, Reaction::ask_user};

constexpr auto kTable = std::to_array<Row>({
    {"InsufficientInstanceCapacity", kCapacity},
    {"InsufficientHostCapacity", kCapacity},
    {"InsufficientReservedInstanceCapacity", kCapacity},
    {"InsufficientCapacity", kCapacity},
    {"InsufficientVolumeCapacity", kCapacity},
    {"InsufficientAddressCapacity", kCapacity},
    {"InsufficientFreeAddressesInSubnet", kCapacity},
    {"ReservationCapacityExceeded", kCapacity},
    {"SpotMaxPriceTooLow", kCapacity},
    {"UnfulfillableCapacity", kCapacity},
    {"Unsupported", kPoolRefused},

    {"InstanceLimitExceeded", kPoolQuota},
    {"MaxSpotInstanceCountExceeded", kPoolQuota},
    {"MaxFleetCountExceeded", kPoolQuota},
    {"VcpuLimitExceeded", kPoolQuota},
    {"AddressLimitExceeded", kQuota},
    {"AttachmentLimitExceeded", kQuota},
    {"LimitExceeded", kQuota},
    {"MaxConfigLimitExceeded", kQuota},
    {"MaxConfigLimitExceededException", kQuota},
    {"MaxIOPSLimitExceeded", kQuota},
    {"ResourceCountExceeded", kQuota},
    {"ResourceLimitExceeded", kQuota},
    {"SnapshotLimitExceeded", kQuota},
    {"TagLimitExceeded", kQuota},
    {"VolumeLimitExceeded", kQuota},
    {"VolumeModificationRateExceeded", kQuota},

    {"ConcurrentTagAccess", kThrottle},
    {"EC2ThrottledException", kThrottle},
    {"KmsThrottled", kThrottle},
    {"OverLimit", kThrottle},
    {"RequestLimitExceeded", kThrottle},
    {"RequestThrottled", kThrottle},
    {"RequestThrottledException", kThrottle},
    {"SlowDown", kThrottle},
    {"Throttling", kThrottle},
    {"ThrottlingException", kThrottle},
    {"ThrottledException", kThrottle},
    {"TooManyRequestsException", kThrottle},

    {"InternalError", kServer},
    {"InternalFailure", kServer},
    {"InternalServerError", kServer},
    {"IDPCommunicationError", kServer},
    {"ServerInternal", kServer},
    {"ServiceUnavailable", kServer},
    {"ServiceUnavailableException", kServer},
    {"Unavailable", kServer},

    {"InvalidAddressID.NotFound", kWrongName},
    {"InvalidAllocationID.NotFound", kWrongName},
    {"InvalidAMIID.NotFound", kWrongName},
    {"InvalidAMIID.Unavailable", kWrongName},
    {"InvalidAssociationID.NotFound", kNotVisible},
    {"InvalidGroup.NotFound", kWrongName},
    {"InvalidLaunchTemplateId.NotFound", kNotVisible},
    {"InvalidLaunchTemplateName.NotFoundException", kNotVisible},
    {"InvalidInstanceID.NotFound", kNotVisible},
    {"InvalidKeyPair.NotFound", kWrongName},
    {"InvalidNetworkInterfaceID.NotFound", kNotVisible},
    {"InvalidReplaceRootVolumeTaskId.NotFound", kNotVisible},
    {"InvalidSecurityGroupID.NotFound", kWrongName},
    {"InvalidSnapshot.NotFound", kNotVisible},
    {"InvalidSpotInstanceRequestID.NotFound", kNotVisible},
    {"InvalidSubnetID.NotFound", kWrongName},
    {"InvalidSubnetId.NotFound", kWrongName},
    {"InvalidVolume.NotFound", kNotVisible},
    {"NoSuchEntity", kWrongName},
    {"ParameterNotFound", kWrongName},
    {"QueueDoesNotExist", kWrongName},

    {"AuthFailure", kClock},
    {"InvalidSignatureException", kClock},
    {"RequestExpired", kClock},
    {"RequestInTheFuture", kClock},
    {"RequestTimeTooSkewed", kClock},
    {"SignatureDoesNotMatch", kClock},

    {"AccessDenied", kRights},
    {"AccessDeniedException", kRights},
    {"AuthFailure.ServiceLinkedRoleCreationNotPermitted", kRights},
    {"Blocked", kRights},
    {"CustomerKeyHasBeenRevoked", kRights},
    {"ExpiredToken", kRights},
    {"ExpiredTokenException", kRights},
    {"IncompleteSignature", kRights},
    {"KmsAccessDenied", kRights},
    {"InvalidClientTokenId", kRights},
    {"MissingAuthenticationToken", kRights},
    {"MissingAuthenticationTokenException", kRights},
    {"OptInRequired", kRights},
    {"PendingVerification", kRights},
    {"RegionDisabledException", kRights},
    {"UnauthorizedOperation", kRights},
    {"UnrecognizedClientException", kRights},

    {"DeleteConflict", kState},
    {"DependencyViolation", kState},
    {"Gateway.NotAttached", kState},
    {"IdempotentInstanceTerminated", kState},
    {"IncorrectInstanceState", kState},
    {"IncorrectSpotRequestState", kState},
    {"IncorrectModificationState", kState},
    {"IncorrectState", kState},
    {"InvalidAddress.Locked", kLocked},
    // AssociateAddress, of an instance that is still pending.
    {"InvalidInstanceID", kState},
    {"InvalidNetworkInterface.InUse", kState},
    {"OperationNotPermitted", kState},
    {"Resource.AlreadyAssociated", kState},
    {"VolumeInUse", kState},
    {"EntityAlreadyExists", kHolds},
    {"InvalidAttachment.NotFound", kHolds},
    {"InvalidLaunchTemplateName.AlreadyExistsException", kHolds},

    {"EncryptedVolumesNotSupported", kUserInput},
    {"FilterLimitExceeded", kInput},
    {"IdempotentParameterMismatch", kInput},
    {"InvalidAMIID.Malformed", kUserInput},
    {"InvalidAction", kInput},
    {"InvalidAddress", kUserInput},
    {"InvalidFilter", kInput},
    {"InvalidID", kInput},
    {"InvalidInput", kInput},
    {"InvalidInstanceID.Malformed", kInput},
    {"InvalidBlockDeviceMapping", kUserInput},
    {"InvalidInstanceType", kPoolRefused},
    {"InvalidNextToken", kInput},
    {"InvalidParameter", kInput},
    {"InvalidParameterCombination", kPoolRefused},
    {"InvalidParameterValue", kPoolRefused},
    {"InvalidUserData.Malformed", kInput},
    {"InvalidVolume.ZoneMismatch", kUserInput},
    {"InvalidVolumeID.Malformed", kInput},
    {"InvalidVolumeID.ZoneMismatch", kUserInput},
    {"MalformedPolicyDocument", kInput},
    {"MalformedQueryString", kInput},
    {"MissingInput", kUserInput},
    {"MissingParameter", kInput},
    {"ReceiptHandleIsInvalid", kInput},
    {"UnknownParameter", kInput},
    {"UnsupportedOperation", kPoolRefused},
    {"ValidationError", kInput},
    {"ValidationException", kInput},
    {"VolumeTypeNotAvailableInZone", kUserInput},
    {"VPCIdNotSpecified", kUserInput},
    {"VPCResourceNotSpecified", kUserInput},
});

// Families of codes. EC2 has new members of them now and then.
struct PatternRow {
  std::string_view prefix, suffix;
  ErrorClass meaning;
};
constexpr auto kPatterns = std::to_array<PatternRow>({
    {"InvalidKmsKey.", "", kRights},
    {"InvalidKMSKey.", "", kRights},
    {"Insufficient", "Capacity", kCapacity},
    {"", "LimitExceeded", kQuota},
    {"", "LimitExceededException", kQuota},
    {"Throttl", "", kThrottle},
    {"", ".Malformed", kUserInput},
    {"", ".NotFound", kWrongName},
    {"", ".InUse", kState},
});

// The facts that EC2 gives only in a message text.
struct TextRow {
  std::string_view api_code;
  std::string_view part_of_message;
  ErrorClass meaning;
};
constexpr auto kTextTable = std::to_array<TextRow>({
    // RunInstances: "Not authorized for images: [...]": the image is private, gone, or never
    // existed. Other credentials would not help.
    {"AuthFailure", "Not authorized for ", kUserInput},
    // AttachVolume: the device name is taken.
    {"InvalidParameterValue", "already in use", kState},
    // A KMS key, of CreateVolume, CopySnapshot and others. Other parameters would not help.
    {"InvalidParameterValue", "key ID is not accessible", kRights},
    {"InvalidParameterValue", "KMS key is not accessible", kRights},
    // RunInstances: the instance profile was made seconds ago.
    {"InvalidParameterValue",
     "Invalid IAM Instance Profile name",
     {Errc::not_found, Reaction::retry_after_backoff}},
});

std::optional<ErrorClass> find(std::string_view api_code, std::string_view message) {
  for (const auto& row : kTextTable) {
    if (row.api_code == api_code && message.find(row.part_of_message) != std::string_view::npos) {
      return row.meaning;
    }
  }
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [&](const Row& r) { return r.api_code == api_code; });
  if (row != kTable.end()) return row->meaning;
  for (const PatternRow& family : kPatterns) {
    if (api_code.starts_with(family.prefix) && api_code.ends_with(family.suffix)) {
      return family.meaning;
    }
  }
  return std::nullopt;
}

std::string_view without_prefix(std::string_view api_code) {
  for (const std::string_view prefix : {"Client.", "Server."}) {
    if (api_code.starts_with(prefix)) return api_code.substr(prefix.size());
  }
  return api_code;
}

Reaction reaction_to_code(Errc code) {
  switch (code) {
    case Errc::throttled: return Reaction::retry_after_backoff;
    case Errc::no_capacity: return Reaction::another_pool;
    case Errc::quota: return Reaction::ask_user;
    case Errc::not_found: return Reaction::look_first;
    case Errc::wrong_state: return Reaction::look_first;
    case Errc::already_done: return Reaction::look_first;
    case Errc::unauthorized: return Reaction::ask_user;
    case Errc::clock_skew: return Reaction::retry_now;
    case Errc::invalid: return Reaction::stop;
    case Errc::refused: return Reaction::ask_user;
    case Errc::transport: return Reaction::look_first;
    case Errc::timeout: return Reaction::look_first;
    case Errc::unreachable: return Reaction::look_first;
    case Errc::malformed_reply: return Reaction::look_first;
    case Errc::io: return Reaction::ask_user;
    case Errc::interrupted: return Reaction::stop;
    case Errc::internal: return Reaction::stop;
  }
  return Reaction::stop;
}

}  // namespace

ErrorClass classify(std::string_view api_code, int http_status, std::string_view message) {
  if (const auto known = find(without_prefix(api_code), message)) return *known;
  if (http_status >= 500) return kServer;
  if (http_status == 429) return kThrottle;
  if (http_status == 401 || http_status == 403) return kRights;
  return {Errc::internal, Reaction::stop};
}

Reaction reaction_to(const Error& error) {
  const auto known = find(without_prefix(error.api_code), error.message);
  // The client may have changed the class since (a repaired clock that still fails is a question
  // of rights): then the class decides.
  if (known && known->code == error.code) return known->reaction;
  return reaction_to_code(error.code);
}

std::string_view cure_of(std::string_view api_code, std::string_view message) {
  const std::string_view code = without_prefix(api_code);
  if (code == "VPCIdNotSpecified" || code == "VPCResourceNotSpecified" || code == "MissingInput") {
    return "the account has no default network here: name a subnet in the machine file";
  }
  if (code == "AuthFailure" && find(code, message) == kUserInput &&
      message.find("image") != std::string_view::npos) {
    return "the image does not exist, or is not shared with this account: correct image in the "
           "machine "
           "file";
  }
  const bool of_key = code.starts_with("InvalidKmsKey.") || code.starts_with("InvalidKMSKey.") ||
                      (code == "InvalidParameterValue" && find(code, message) == kRights);
  if (of_key) {
    return "the KMS key must be enabled and of this region, and the caller (for Spot Instances "
           "also the role AWSServiceRoleForEC2Spot) have the rights kms:CreateGrant, kms:Decrypt, "
           "kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt* on it";
  }
  return {};
}

bool concerns_pool(const Error& error) {
  if (error.code == Errc::no_capacity || error.code == Errc::quota) return true;
  // A right may be limited to some types.
  if (without_prefix(error.api_code) == "UnauthorizedOperation") return true;
  const bool unknown = error.code == Errc::internal && !error.api_code.empty();
  return unknown || reaction_to(error) == Reaction::another_pool;
}

std::string_view to_string(Reaction reaction) {
  switch (reaction) {
    case Reaction::retry_now: return "retry_now";
    case Reaction::retry_after_backoff: return "retry_after_backoff";
    case Reaction::another_pool: return "another_pool";
    case Reaction::ask_user: return "ask_user";
    case Reaction::look_first: return "look_first";
    case Reaction::stop: return "stop";
  }
  return "stop";
}

}  // namespace ec2spotter::aws
