#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <cstdlib>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "sim/http/server.hpp"

namespace ec2spotter::cli {
namespace {

struct Address {
  std::string host;
  int port = 0;
};

Result<Address> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Address address{.host = text.substr(0, colon), .port = -1};
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
    if (error != std::errc{} || stop != end) address.port = -1;
  }
  if (address.host.empty() || address.port < 0 || address.port > 65535) {
    return fail(Errc::invalid, "--listen " + text + " must be HOST:PORT, such as 127.0.0.1:4599");
  }
  return address;
}

Result<std::unique_ptr<sim::Bodies>> make_bodies(sim::PostBodyEvent post,
                                                 const sim::LookUpMetadata& look_up) {
  static_cast<void>(look_up);
  return std::make_unique<sim::NoBodies>(std::move(post));
}

}  // namespace

Result<void> sim(const Sim& options) {
  TRY(const Address address, parse_listen(options.listen));
  const SystemClock clock;
  // Before any thread starts, so that all of them leave the signals to this one.
  SignalWaiter waiter(clock);
  const bool realistic = options.profile == "realistic";
  TRY(const auto server,
      sim::Server::start({.host = address.host,
                          .port = address.port,
                          .state_dir = options.state,
                          .seed_file = options.seed,
                          .profile = realistic ? sim::Profile::realistic : sim::Profile::instant,
                          .shutdown_grace = Duration::zero(),
                          .allow_public = options.allow_public},
                         make_bodies));
  fmt::print("listening on http://{}:{}\n", address.host, server->port());
  std::fflush(stdout);
  while (waiter.wait_until(clock.now() + std::chrono::hours(1))) {
  }
  return {};
}

Result<void> sim_control(const Common& common, const SimControl& options) {
  const char* from_environment = std::getenv("AWS_ENDPOINT_URL");
  const std::string endpoint = !common.endpoint.empty()      ? common.endpoint
                               : from_environment != nullptr ? from_environment
                                                             : "http://127.0.0.1:4599";
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
