// The Ec2 interface over the real API: builds each call, sends it through a Caller, reads the
// reply.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/account/account.hpp"
#include "aws/config/environment.hpp"
#include "aws/ec2.hpp"
#include "aws/ec2_options.hpp"
#include "aws/event_queue.hpp"
#include "aws/identity.hpp"
#include "base/clock.hpp"

namespace ec2spotter::aws {

// An Ec2 that also shows its clock, services and warnings. One thread at a time.
class Ec2Client : public Ec2 {
 public:
  virtual const std::string& region() const = 0;
  // AWS's time, as its replies show it; setting the host's clock does not change it. Before the
  // first reply the host's time stands for it. Lives as long as the client.
  virtual const Clock& clock() const = 0;
  // The queue with this address, in the client's region, read with the client's credentials; the
  // client outlives it. Nothing is sent yet. Errors: invalid when it is no address of a queue.
  virtual Result<std::unique_ptr<EventQueue>> event_queue(const std::string& queue_url) = 0;
  // IAM, asked with the client's credentials; the client outlives it. Nothing is sent yet. Errors:
  // invalid when a wrong address is configured.
  virtual Result<std::unique_ptr<Identity>> identity() = 0;
  // What the account may do and the region offers, asked with the client's credentials; the client
  // outlives it. Nothing is sent yet. Errors: invalid when a wrong address is configured.
  virtual Result<std::unique_ptr<Account>> account() = 0;
  // Where this client asks EC2, when that is not the region's public address; else empty.
  virtual std::string configured_endpoint() const = 0;
  // New warnings for the user: readable credential files, a wrong clock. Each is given once; they
  // appear after the first call that needs credentials.
  virtual std::vector<std::string> take_warnings() = 0;
};

// Reads the profile files and finds the region and the endpoints; credentials are looked for at the
// first call. `environment` is copied; `clock` outlives the client. Errors: invalid (no region, a
// wrong address, an unknown profile), io.
Result<std::unique_ptr<Ec2Client>> make_ec2(Ec2Options options, const Environment& environment,
                                            const Clock& clock);

}  // namespace ec2spotter::aws
