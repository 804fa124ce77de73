#include "aws/config/endpoints.hpp"

#include <algorithm>
#include <array>

#include "aws/net/url.hpp"

namespace ec2spotter::aws {
namespace {

struct Partition {
  std::string_view region_prefix;
  std::string_view suffix;
  std::string_view dualstack_suffix;
  std::string_view identity_region;  // where IAM answers
};

// The longest fitting prefix comes first; the last row fits every region.
constexpr auto kPartitions = std::to_array<Partition>({
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"},
    {"us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1"},
    {"", "amazonaws.com", "api.aws", "us-east-1"},
});

struct ServiceWords {
  std::string_view host;      // "portal.sso" in portal.sso.REGION.SUFFIX
  std::string_view variable;  // AWS_ENDPOINT_URL_...
  std::string_view section;   // in a services section of the config file
};

ServiceWords words_of(ServiceName service) {
  switch (service) {
    case ServiceName::ec2: return {"ec2", "EC2", "ec2"};
    case ServiceName::sts: return {"sts", "STS", "sts"};
    case ServiceName::iam: return {"iam", "IAM", "iam"};
    case ServiceName::ssm: return {"ssm", "SSM", "ssm"};
    case ServiceName::sso: return {"portal.sso", "SSO", "sso"};
    case ServiceName::sso_oidc: return {"oidc", "SSO_OIDC", "sso_oidc"};
    case ServiceName::sqs: return {"sqs", "SQS", "sqs"};
    case ServiceName::service_quotas: return {"servicequotas", "SERVICE_QUOTAS", "service_quotas"};
  }
  return {"ec2", "EC2", "ec2"};
}

const Partition& partition_of(std::string_view region) {
  return *std::find_if(kPartitions.begin(), kPartitions.end(), [&](const Partition& partition) {
    return region.starts_with(partition.region_prefix);
  });
}

// Source: botocore's endpoints of IAM, one for each partition.
std::string identity_endpoint(std::string_view region) {
  const Partition& partition = partition_of(region);
  std::string address = "https://iam.";
  if (region.starts_with("us-gov-")) {
    address += "us-gov.";
  } else if (partition.identity_region != "us-east-1") {
    address.append(partition.identity_region).append(1, '.');
  }
  return address.append(partition.suffix);
}

bool is_true(const std::string& text) {
  return text.size() == 4 && std::equal(text.begin(), text.end(), "true",
                                        [](char a, char b) { return (a | 0x20) == b; });
}

bool flag(const Environment& environment, const Profiles& profiles, std::string_view name,
          const std::string& key) {
  if (const auto value = variable(environment, name)) return is_true(*value);
  return is_true(setting(profiles.current(), key));
}

Result<std::string> checked(std::string address, const std::string& where) {
  const auto url = parse_url(address);
  if (!url || !url->query.empty()) {
    return fail(Errc::invalid, "the endpoint of " + where + " is not an http or https address: " +
                                   address + "; write for example http://127.0.0.1:4566");
  }
  while (address.ends_with('/')) address.pop_back();
  return address;
}

struct Found {
  std::string address;
  std::string where;
};

// What the [services ...] section that the profile names says of a service, if anything. An error
// in it is reported, as the call would else go to AWS instead of the user's endpoint.
Result<std::optional<Found>> in_services(const Profiles& profiles, const ServiceWords& words) {
  const auto name = setting(profiles.current(), "services");
  if (name.empty()) return std::nullopt;
  const std::string where = "the [services " + name + "] section";
  const auto* services = profiles.section("services", name);
  if (services == nullptr) {
    return fail(Errc::invalid, "the profile '" + profiles.name() + "' names " + where +
                                   ", which is not in the config file; add it");
  }
  const std::string service(words.section);
  if (services->contains(service)) {
    return fail(Errc::invalid, "in " + where + " the address of " + service +
                                   " must stand on an indented line of its own below '" + service +
                                   " =': endpoint_url = ...");
  }
  auto address = setting(*services, service + ".endpoint_url");
  if (address.empty()) return std::nullopt;
  return Found{std::move(address), where};
}

Result<std::optional<Found>> configured(const Environment& environment, const Profiles& profiles,
                                        const ServiceWords& words) {
  for (const std::string& name :
       {"AWS_ENDPOINT_URL_" + std::string(words.variable), std::string("AWS_ENDPOINT_URL")}) {
    if (auto value = variable(environment, name)) return Found{*value, name};
  }
  TRY(auto services, in_services(profiles, words));
  if (services) return services;
  if (const auto value = setting(profiles.current(), "endpoint_url"); !value.empty()) {
    return Found{value, "endpoint_url of the profile '" + profiles.name() + "'"};
  }
  return std::nullopt;
}

}  // namespace

bool is_region_name(std::string_view text) {
  const bool characters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return characters && !text.empty() && text.size() <= 63 && text.front() != '-' &&
         text.back() != '-';
}

Result<std::optional<std::string>> configured_region(const Environment& environment,
                                                     const Profiles& profiles,
                                                     const std::optional<std::string>& option) {
  std::optional<Found> found;
  if (option && !option->empty()) found = Found{*option, "--region"};
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (found) break;
    if (auto value = variable(environment, name)) found = Found{*value, name};
  }
  if (const auto value = setting(profiles.current(), "region"); !found && !value.empty()) {
    found = Found{value, "the profile '" + profiles.name() + "'"};
  }
  if (!found) return std::nullopt;
  if (!is_region_name(found->address)) {
    return fail(Errc::invalid, "the region '" + found->address + "' of " + found->where +
                                   " is not a region; write for example eu-west-1");
  }
  return found->address;
}

std::string public_endpoint(ServiceName service, std::string_view region, EndpointVariant variant) {
  if (service == ServiceName::iam) return identity_endpoint(region);
  const Partition& partition = partition_of(region);
  // In GovCloud the plain addresses are the FIPS ones.
  const bool plain_is_fips = region.starts_with("us-gov-") && !variant.dualstack;
  std::string address = "https://" + std::string(words_of(service).host);
  if (variant.fips && !plain_is_fips) address += "-fips";
  address.append(1, '.').append(region).append(1, '.');
  return address.append(variant.dualstack ? partition.dualstack_suffix : partition.suffix);
}

std::string_view identity_region(std::string_view region) {
  return partition_of(region).identity_region;
}

EndpointVariant endpoint_variant(const Environment& environment, const Profiles& profiles) {
  return {.dualstack =
              flag(environment, profiles, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
          .fips = flag(environment, profiles, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")};
}

Result<std::optional<std::string>> set_endpoint(const Environment& environment,
                                                const Profiles& profiles, ServiceName service,
                                                const std::optional<std::string>& option) {
  if (option && !option->empty()) return checked(*option, "--endpoint-url");
  const bool ignore = flag(environment, profiles, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                           "ignore_configured_endpoint_urls");
  if (ignore) return std::nullopt;
  TRY(const auto found, configured(environment, profiles, words_of(service)));
  if (!found) return std::nullopt;
  return checked(found->address, found->where);
}

Result<std::string> endpoint(const Environment& environment, const Profiles& profiles,
                             ServiceName service, std::string_view region,
                             const std::optional<std::string>& option) {
  TRY(const auto set, set_endpoint(environment, profiles, service, option));
  if (set) return *set;
  return public_endpoint(service, region, endpoint_variant(environment, profiles));
}

Result<std::string> queue_endpoint(const Environment& environment, const Profiles& profiles,
                                   const std::string& queue_url,
                                   const std::optional<std::string>& option) {
  const auto url = parse_url(queue_url);
  if (!url || !url->query.empty() || url->path == "/") {
    return fail(Errc::invalid, "'" + queue_url +
                                   "' is not the address of a queue; write for example "
                                   "https://sqs.eu-west-1.amazonaws.com/123456789012/name");
  }
  TRY(const auto set, set_endpoint(environment, profiles, ServiceName::sqs, option));
  if (set) return *set;
  return url->scheme + "://" + host_header(*url);
}

}  // namespace ec2spotter::aws
