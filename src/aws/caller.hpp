// Sends an ApiCall: signing, pacing, retries and the deadline. Knows no action by name.
#pragma once

#include <functional>
#include <random>
#include <string>

#include "aws/action_backoff.hpp"
#include "aws/credentials/corrected_clock.hpp"
#include "aws/credentials/credentials.hpp"
#include "aws/ec2_options.hpp"
#include "aws/net/http.hpp"
#include "aws/sleeper.hpp"
#include "aws/token_bucket.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {

struct CallerOptions {
  std::string region;
  // Where a service answers, without a '/' at the end.
  std::function<Result<std::string>(Service)> endpoint;
  Duration deadline = kCallDeadline;                    // for one call with all its retries
  Duration reading_deadline = kCallDeadline;            // the same for a call that only reads
  Duration attempt_timeout = std::chrono::seconds{30};  // for one HTTP exchange
  std::uint64_t jitter_seed = 0;
  // Is told each call's action, and the reply or why there was none; empty: nobody is.
  std::function<void(const std::string&, const std::string&)> on_reply = {};
};

// The references outlive the caller.
struct CallerParts {
  HttpTransport& http;
  CorrectedClock& clock;
  CredentialsProvider& credentials;
  Sleeper& sleeper;
};

class Caller {
 public:
  Caller(CallerParts parts, CallerOptions options)
      : parts_(parts), options_(std::move(options)), random_(options_.jitter_seed) {}

  // The reply's body. What is retried depends on call.effect; see there. An action that fails is
  // not sent for a while: it then fails at once with its last error, and the first call after that
  // gets one short attempt. Errors: of the last attempt, the action's name among the contexts;
  // unreachable, within seconds, for a call that only reads while nobody has ever answered as AWS
  // does.
  Result<std::string> call(const ApiCall& call);

 private:
  Result<std::string> with_retries(const ApiCall& call);
  Duration deadline_of(const ApiCall& call) const;
  bool is_first_contact_lost(const ApiCall& call, const Error& error) const;
  Result<std::string> attempt(const ApiCall& call, Duration time_left);
  Result<std::string> send(const ApiCall& call, const Credentials& credentials, Duration time_left);
  Result<void> wait_for_token(const ApiCall& call, Duration deadline);
  Duration pause_before(int retry);

  CallerParts parts_;
  CallerOptions options_;
  RequestLimits limits_;
  ActionBackoff backoff_;
  std::mt19937_64 random_;
  bool has_answered_ = false;  // has an endpoint ever answered as AWS does?
};

}  // namespace ec2spotter::aws
