// The parts of a client of AWS: the caller's configuration, and the effects that it needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"
#include "aws/credentials/chain.hpp"
#include "aws/ec2_options.hpp"

namespace ec2spotter::aws {

struct Parts {
  Environment environment;
  Profiles profiles;
  std::string region;
  std::optional<std::string> endpoint_url;
  ChainOptions chain;
  std::unique_ptr<HttpTransport> http;
  std::unique_ptr<Sleeper> sleeper;
};

// Moves what `options` own into the parts. Errors: invalid, when there is no region, or when an
// endpoint cannot be an address: that is found now, not at the first call.
Result<Parts> gather_parts(Ec2Options& options, const Environment& environment);

}  // namespace ec2spotter::aws
