// The search for credentials, in the AWS CLI's order, and a provider that keeps what was found.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

struct ChainOptions {
  bool profile_was_asked_for = false;  // by --profile: then the environment's keys do not count
  std::string legacy_file = "/root/.aws.creds";
};

// Environment, profile, web identity of the environment, the original tool's file, container, IMDS.
// `warnings` receives what the user should know. Errors: unauthorized when no source is set up,
// else those of the first source that is set up but wrong.
Result<Credentials> find_credentials(const SourceContext& context, const ChainOptions& options,
                                     std::vector<std::string>& warnings);

// Keeps credentials until five minutes before their end. When they cannot be renewed then, the old
// ones serve to their very end.
class CachingProvider final : public CredentialsProvider {
 public:
  using Load = std::function<Result<Credentials>()>;
  // `clock` outlives the provider.
  CachingProvider(Load load, const Clock& clock) : load_(std::move(load)), clock_(clock) {}
  Result<Credentials> get() override;
  void forget() override { kept_.reset(); }

 private:
  Load load_;
  const Clock& clock_;
  std::optional<Credentials> kept_;
};

}  // namespace ec2spotter::aws
