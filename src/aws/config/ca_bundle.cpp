#include "aws/config/ca_bundle.hpp"

namespace ec2spotter::aws {

std::string ca_bundle(const Environment& environment, const Profiles& profiles) {
  std::string file = variable(environment, "AWS_CA_BUNDLE").value_or("");
  if (file.empty()) file = setting(profiles.current(), "ca_bundle");
  if (file.empty()) file = variable(environment, "REQUESTS_CA_BUNDLE").value_or("");
  return file.empty() ? file : path_in(environment, file).string();
}

}  // namespace ec2spotter::aws
