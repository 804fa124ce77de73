// The parts of a client of AWS: the caller's configuration, and the effects that it needs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/config/endpoints.hpp"
#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"
#include "aws/credentials/chain.hpp"
#include "aws/ec2.hpp"
#include "aws/ec2_options.hpp"
#include "aws/wire/call.hpp"

namespace ec2spotter::aws {

struct Parts {
  Environment environment;
  Profiles profiles;
  std::string region;
  std::optional<std::string> endpoint_url;
  ChainOptions chain;
  // Shared by the clients of several regions, which one thread uses.
  std::shared_ptr<HttpTransport> http;
  std::shared_ptr<Sleeper> sleeper;
};

// The same service in the words of the configuration.
ServiceName service_name(Service service);

// Moves what `options` own into the parts. Errors: invalid, when there is no region, or when an
// endpoint cannot be an address: that is found now, not at the first call.
Result<Parts> gather_parts(Ec2Options& options, const Environment& environment);

// The call that copies the snapshot into the region of the parts, signed for the region of the
// source, which EC2 sends there. Source: EC2 API reference, "CopySnapshot", PresignedUrl.
Result<std::string> presigned_copy(const SnapshotCopySpec& spec, const Parts& parts,
                                   const Credentials& credentials, TimePoint time);

}  // namespace ec2spotter::aws
