// The subcommands of `sim`: one control call of a simulator each.
#include <fmt/format.h>

#include "aws/config/endpoints.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/sim_options.hpp"
#include "cli/hosts/local_ec2.hpp"

namespace ec2spotter::cli {
namespace {

// Where the other commands ask EC2; where they would ask AWS, the simulator's default address.
Result<std::string> find_simulator(const Common& common) {
  const aws::Environment environment = aws::process_environment();
  TRY(const auto profiles, aws::Profiles::load(environment, common.profile));
  TRY(const auto set,
      aws::set_endpoint(environment, profiles, aws::ServiceName::ec2, common.endpoint));
  return set.value_or("http://" + Sim().listen);
}

}  // namespace

Result<void> sim_control(const Common& common, const SimControl& options) {
  TRY(const std::string endpoint, find_simulator(common));
  TRY(const std::string reply, call_local_ec2(endpoint, options.path, options.body));
  fmt::print("{}", reply);
  return {};
}

}  // namespace ec2spotter::cli
