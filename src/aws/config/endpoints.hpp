// Which region, and where its services answer. Pure over Environment and Profiles.
// Source: botocore's endpoint rules; AWS SDKs and Tools Reference Guide, "Service-specific
// endpoints".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"

namespace ec2spotter::aws {

// The --region option, AWS_REGION, AWS_DEFAULT_REGION, the profile's region; nothing when none is
// set. Errors: invalid when the text cannot be a region's name.
Result<std::optional<std::string>> configured_region(const Environment& environment,
                                                     const Profiles& profiles,
                                                     const std::optional<std::string>& option);

// True for letters, digits and inner hyphens: what may stand in a host name.
bool is_region_name(std::string_view text);

enum class ServiceName { ec2, sts, iam, ssm, sso, sso_oidc, sqs, service_quotas };

// A partition has one IAM, which answers in one region: the region for which its requests are
// signed.
std::string_view identity_region(std::string_view region);

struct EndpointVariant {
  bool dualstack = false;
  bool fips = false;
};

// The public address: "https://ec2.eu-west-1.amazonaws.com"; IAM's has no region, or its own.
std::string public_endpoint(ServiceName service, std::string_view region, EndpointVariant variant);

// AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT and the profile's settings of those names.
EndpointVariant endpoint_variant(const Environment& environment, const Profiles& profiles);

// The address that the user has set for the service, if any: the `option` (--endpoint-url),
// AWS_ENDPOINT_URL_EC2 and the like, AWS_ENDPOINT_URL, the profile's services section, its
// endpoint_url; all but `option` are ignored under AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. No '/' at
// the end. Errors: invalid, naming where the invalid address was found, or the services
// section that is not there.
Result<std::optional<std::string>> set_endpoint(const Environment& environment,
                                                const Profiles& profiles, ServiceName service,
                                                const std::optional<std::string>& option);

// The `set_endpoint`, else the public address.
Result<std::string> endpoint(const Environment& environment, const Profiles& profiles,
                             ServiceName service, std::string_view region,
                             const std::optional<std::string>& option);

// Where SQS answers for a queue: as `endpoint`, but the host in the queue's own address has
// precedence over the public address. Errors: invalid when `queue_url` is no address of a queue, or
// as `endpoint`.
Result<std::string> queue_endpoint(const Environment& environment, const Profiles& profiles,
                                   const std::string& queue_url,
                                   const std::optional<std::string>& option);

}  // namespace ec2spotter::aws
