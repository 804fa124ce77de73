// The Ec2 interface over the real API: builds each call, sends it through a Caller, reads the
// reply.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/config/environment.hpp"
#include "aws/ec2.hpp"
#include "aws/event_queue.hpp"
#include "aws/identity.hpp"
#include "aws/net/http.hpp"
#include "aws/sleeper.hpp"
#include "base/clock.hpp"

namespace ec2spotter::aws {

struct Ec2Options {
  std::optional<std::string> region = std::nullopt;        // --region
  std::optional<std::string> profile = std::nullopt;       // --profile
  std::optional<std::string> endpoint_url = std::nullopt;  // --endpoint-url, for every service
  std::string legacy_credentials_file = "/root/.aws.creds";
  std::string version = "dev";                   // for the User-Agent: "ec2-spotter/VERSION"
  Duration deadline = std::chrono::seconds{60};  // of one API call with all its retries
  Duration reading_deadline = std::chrono::seconds{60};  // the same where it only reads
  // Seed of the pauses between retries; nullopt: each process has another.
  std::optional<std::uint64_t> jitter_seed = std::nullopt;
  // True ends the call under way with Errc::interrupted; asked at least once a second.
  std::function<bool()> cancelled = {};
  // Empty: libcurl and real sleep. Tests and the scenario driver pass their own.
  std::unique_ptr<HttpTransport> http = nullptr;
  std::unique_ptr<Sleeper> sleeper = nullptr;
};

// An Ec2 that also tells what it had to do to work. One thread at a time.
class Ec2Client : public Ec2 {
 public:
  virtual const std::string& region() const = 0;
  // AWS's time, as its replies tell it; setting the host's clock does not move it. Before the first
  // reply the host's time stands for it. Lives as long as the client.
  virtual const Clock& clock() const = 0;
  // The queue with this address, in the client's region, read with the client's credentials; the
  // client outlives it. Nothing is sent yet. Errors: invalid when it is no address of a queue.
  virtual Result<std::unique_ptr<EventQueue>> event_queue(const std::string& queue_url) = 0;
  // IAM, asked with the client's credentials; the client outlives it. Nothing is sent yet. Errors:
  // invalid when a wrong address is configured.
  virtual Result<std::unique_ptr<Identity>> identity() = 0;
  // Where this client asks EC2, when that is not the region's public address; else empty.
  virtual std::string configured_endpoint() const = 0;
  // What the user should know and does not yet: readable credential files, a wrong clock. Each is
  // given once; they appear after the first call that needs credentials.
  virtual std::vector<std::string> take_warnings() = 0;
};

// Reads the profile files and settles the region and the endpoints; credentials are looked for at
// the first call. `environment` is copied; `clock` outlives the client. Errors: invalid (no region,
// a wrong address, an unknown profile), io.
Result<std::unique_ptr<Ec2Client>> make_ec2(Ec2Options options, const Environment& environment,
                                            const Clock& clock);

}  // namespace ec2spotter::aws
