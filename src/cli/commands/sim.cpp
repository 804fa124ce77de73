// `sim`: puts the local EC2 together from its parts and serves it until a signal comes.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/commands/sim_options.hpp"
#include "cli/host.hpp"
#include "sim/scripted/scripted_bodies.hpp"

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
    return fail(Errc::invalid, "--listen " + text + " must be HOST:PORT, such as " + Sim{}.listen);
  }
  return address;
}

// EC2 gives a guest more time; an instance that does not answer must not hold a test up for long.
constexpr Duration kShutdownGrace = std::chrono::seconds(30);

// The small program beside this one, or where it is installed; where it is missing, this one.
Result<std::vector<std::string>> relay_command() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(Errc::io, "/proc/self/exe cannot be read: " + error.message());
  const auto folder = path.parent_path();
  for (const auto& relay : {folder / "ec2spotter-relay",
                            folder.parent_path() / "libexec" / "ec2spotter" / "ec2spotter-relay"}) {
    if (std::filesystem::exists(relay, error)) return std::vector<std::string>{relay.string()};
  }
  return std::vector<std::string>{path.string(), kSimRelay};
}

Result<sim::MakeBodies> bodies_maker(const Sim& options, const Clock& clock) {
  if (options.guests) {
    return [&clock](sim::PostBodyEvent post,
                    const sim::LookUpMetadata&) -> Result<std::unique_ptr<sim::Bodies>> {
      return std::make_unique<sim::ScriptedBodies>(clock, std::move(post));
    };
  }
  if (!options.vm) {
    return [](sim::PostBodyEvent post,
              const sim::LookUpMetadata&) -> Result<std::unique_ptr<sim::Bodies>> {
      return std::make_unique<sim::NoBodies>(std::move(post));
    };
  }
  if (options.server.state_dir.empty()) {
    return fail(Errc::invalid, "--vm needs a folder for the disks; give one with --state");
  }
  sim::VmOptions machines = options.machines;
  machines.state_dir = options.server.state_dir;
  TRY(machines.relay_command, relay_command());
  return [machines](sim::PostBodyEvent post,
                    sim::LookUpMetadata look_up) -> Result<std::unique_ptr<sim::Bodies>> {
    return sim::VmBodies::create(machines, std::move(post), std::move(look_up));
  };
}

}  // namespace

Result<void> sim(const Sim& options) {
  TRY(const Address address, parse_listen(options.listen));
  const SystemClock clock;
  // Before any thread starts, so that all of them leave the signals to this one.
  SignalWaiter waiter;
  TRY(const sim::MakeBodies make_bodies, bodies_maker(options, clock));
  sim::ServerOptions its_options = options.server;
  its_options.host = address.host;
  its_options.port = address.port;
  if (options.vm) its_options.shutdown_grace = kShutdownGrace;
  TRY(const auto server, sim::Server::start(std::move(its_options), make_bodies));
  fmt::print("listening on http://{}:{}\n", address.host, server->port());
  std::fflush(stdout);
  while (waiter.wait(std::chrono::hours(1))) {
  }
  return {};
}

}  // namespace ec2spotter::cli
