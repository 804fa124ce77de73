// The subcommands of `sim`: one control call of a simulator each.
#include <fmt/format.h>
#include <httplib.h>

#include "aws/config/endpoints.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/sim_options.hpp"

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
  httplib::Client client(endpoint);
  client.set_connection_timeout(5);
  client.set_read_timeout(30);
  const std::string path = "/_sim/" + options.path;
  const auto reply =
      options.body.empty() ? client.Get(path) : client.Post(path, options.body, "application/json");
  if (!reply) {
    return fail(Errc::transport, "no simulator answers at " + endpoint +
                                     "; start one with `ec2spotter sim`, or give --endpoint-url");
  }
  if (reply->status != 200) return fail(Errc::invalid, reply->body);
  fmt::print("{}", reply->body);
  return {};
}

}  // namespace ec2spotter::cli
