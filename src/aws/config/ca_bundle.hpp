// Which certificates the client trusts. Pure over Environment and Profiles.
#pragma once

#include <string>

#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"

namespace ec2spotter::aws {

// The PEM file of AWS_CA_BUNDLE, else of the profile's ca_bundle, else of REQUESTS_CA_BUNDLE, with
// "~" as the home folder; "" when none is set: then the system's certificates count.
// Source: botocore's order; AWS SDKs and Tools Reference Guide, "General configuration".
std::string ca_bundle(const Environment& environment, const Profiles& profiles);

}  // namespace ec2spotter::aws
