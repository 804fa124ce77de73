#include "aws/credentials/chain.hpp"

namespace ec2spotter::aws {
namespace {

constexpr Duration kRenewBefore = std::chrono::minutes{5};

MaybeCredentials from_legacy_file(const SourceContext& context, const ChainOptions& options,
                                  std::vector<std::string>& warnings) {
  if (options.legacy_file.empty()) return std::nullopt;
  const auto path = path_in(context.environment, options.legacy_file);
  auto found = credentials_from_legacy_file(path);
  // A file below a folder that this user may not enter, such as /root, counts as missing.
  std::error_code ignored;
  if (!found && found.error().code == Errc::io &&
      !std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    return std::nullopt;
  }
  if (!found) return fail(std::move(found).error());
  if (found->world_readable) {
    warnings.push_back("every user of this machine can read " + path.string() +
                       "; run chmod 600 on it");
  }
  return std::move(found->credentials);
}

tl::unexpected<Error> nothing_found(const ChainOptions& options) {
  return fail(
      Errc::unauthorized,
      "no AWS credentials found: not in the environment, ~/.aws/credentials, ~/.aws/config, " +
          options.legacy_file +
          ", a container or the instance's role; run aws configure, or set "
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

}  // namespace

Result<Credentials> find_credentials(const SourceContext& context, const ChainOptions& options,
                                     std::vector<std::string>& warnings) {
  if (!options.profile_was_asked_for) {
    TRY(auto environment, credentials_from_environment(context.environment));
    if (environment) return std::move(*environment);
    // The role of the profile, when it names one, comes before the environment's web identity.
    TRY(auto role, credentials_from_role(context, context.profiles.name()));
    if (role) return std::move(*role);
    TRY(auto web, credentials_from_web_identity_environment(context));
    if (web) return std::move(*web);
  }
  TRY(auto profile, credentials_from_profile(context, context.profiles.name()));
  for (const auto& warning : context.profiles.warnings()) warnings.push_back(warning);
  if (profile) return std::move(*profile);
  TRY(auto legacy, from_legacy_file(context, options, warnings));
  if (legacy) return std::move(*legacy);
  TRY(auto container, credentials_from_container(context));
  if (container) return std::move(*container);
  TRY(auto imds, credentials_from_imds(context));
  if (imds) return std::move(*imds);
  return nothing_found(options);
}

Result<Credentials> CachingProvider::get() {
  const TimePoint now = clock_.now();
  if (kept_ && (!kept_->expires || now + kRenewBefore < *kept_->expires)) return *kept_;
  auto fresh = load_();
  if (fresh) {
    kept_ = *fresh;
    return fresh;
  }
  if (kept_ && now < *kept_->expires) return *kept_;
  return fresh;
}

}  // namespace ec2spotter::aws
