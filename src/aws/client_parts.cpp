#include "aws/client_parts.hpp"

#include "aws/config/ca_bundle.hpp"
#include "aws/config/endpoints.hpp"
#include "aws/config/imds.hpp"
#include "aws/credentials/signing.hpp"
#include "aws/net/curl_transport.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

// EC2 fetches the snapshot at once.
constexpr std::chrono::seconds kPresignedFor{3600};

Result<std::string> settle_region(const Ec2Options& options, const Parts& parts) {
  TRY(const auto configured, configured_region(parts.environment, parts.profiles, options.region));
  if (configured) return *configured;
  Imds imds(parts.environment, parts.profiles, *parts.http);
  if (const auto region = region_from_imds(imds)) return *region;
  return fail(Errc::invalid,
              "no AWS region is set; give --region, set AWS_REGION, or put region = ... into the "
              "profile '" +
                  parts.profiles.name() + "' of ~/.aws/config");
}

}  // namespace

ServiceName service_name(Service service) {
  switch (service) {
    case Service::ec2: return ServiceName::ec2;
    case Service::sts: return ServiceName::sts;
    case Service::iam: return ServiceName::iam;
    case Service::ssm: return ServiceName::ssm;
    case Service::sqs: return ServiceName::sqs;
    case Service::service_quotas: return ServiceName::service_quotas;
  }
  return ServiceName::ec2;
}

Result<Parts> gather_parts(Ec2Options& options, const Environment& environment) {
  TRY(Profiles profiles, Profiles::load(environment, options.profile));
  Parts parts{.environment = environment,
              .profiles = std::move(profiles),
              .region = {},
              .endpoint_url = options.endpoint_url,
              .chain = {.profile_was_asked_for = options.profile && !options.profile->empty(),
                        .legacy_file = options.legacy_credentials_file},
              .http = std::move(options.http),
              .sleeper = std::move(options.sleeper)};
  if (!parts.http) {
    parts.http = std::make_unique<CurlTransport>(
        CurlOptions{.user_agent = "ec2-spotter/" + options.version,
                    .ca_bundle = ca_bundle(environment, parts.profiles),
                    .cancelled = options.cancelled});
  }
  if (!parts.sleeper) parts.sleeper = std::make_unique<ThreadSleeper>(options.cancelled);
  TRY(parts.region, settle_region(options, parts));
  // A wrong address is reported now, not at the first call.
  for (const ServiceName service : {ServiceName::ec2, ServiceName::sts, ServiceName::ssm}) {
    TRY([[maybe_unused]] const std::string address,
        endpoint(parts.environment, parts.profiles, service, parts.region, parts.endpoint_url));
  }
  return parts;
}

// The whole call but for what the copy is called, as AWS's own clients sign it.
Result<std::string> presigned_copy(const SnapshotCopySpec& spec, const Parts& parts,
                                   const Credentials& credentials, TimePoint time) {
  SnapshotCopySpec signed_part = spec;
  signed_part.description.clear();
  signed_part.tags.clear();
  TRY(const std::string address, endpoint(parts.environment, parts.profiles, ServiceName::ec2,
                                          spec.source_region, parts.endpoint_url));
  const ApiCall call = copy_snapshot_call(signed_part, parts.region, "");
  return presigned_url(address, named_params(call).pairs(), credentials,
                       {.region = spec.source_region, .service = "ec2"}, time, kPresignedFor);
}

}  // namespace ec2spotter::aws
