#include "aws/caller.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "aws/credentials/signing.hpp"

namespace ec2spotter::aws {
namespace {

constexpr double kBackoffBaseMs = 300;
constexpr double kBackoffCapMs = 20'000;
// Throttling always passes; an endpoint that does not answer may never answer.
constexpr int kTransportRetriesMost = 5;

// Before the first answer, the address or the network may be wrong, and then waiting does not help:
// the time until the last new attempt, and the time until a reply.
constexpr Duration kFirstContactMost = std::chrono::seconds{2};
constexpr Duration kFirstReplyMost = std::chrono::seconds{10};

// The time in which an action that has failed lately must show that it works again.
constexpr Duration kFailingReadMost = std::chrono::seconds{2};
constexpr Duration kFailingChangeMost = std::chrono::seconds{10};

bool may_repeat(const ApiCall& call, const Error& error, int retries) {
  if (error.code == Errc::throttled) return true;
  if (call.effect == Effect::unknown || retries >= kTransportRetriesMost) return false;
  return error.code == Errc::transport || error.code == Errc::timeout;
}

std::string_view signing_name(Service service) {
  switch (service) {
    case Service::ec2: return "ec2";
    case Service::sts: return "sts";
    case Service::iam: return "iam";
    case Service::ssm: return "ssm";
    case Service::sqs: return "sqs";
    case Service::service_quotas: return "servicequotas";
  }
  return "ec2";
}

// The JSON protocol's words for a service; nothing for those of the Query protocol.
struct JsonWords {
  std::string_view content_type;
  std::string_view target_prefix;
};

std::optional<JsonWords> json_words(Service service) {
  switch (service) {
    case Service::ec2:
    case Service::iam:
    case Service::sts: return std::nullopt;
    case Service::ssm: return JsonWords{"application/x-amz-json-1.1", "AmazonSSM."};
    case Service::sqs: return JsonWords{"application/x-amz-json-1.0", "AmazonSQS."};
    case Service::service_quotas:
      return JsonWords{"application/x-amz-json-1.1", "ServiceQuotasV20190624."};
  }
  return std::nullopt;
}

HttpRequest http_request(const ApiCall& call, const std::string& endpoint) {
  HttpRequest request{.method = "POST", .url = endpoint + "/"};
  if (const auto json = json_words(call.service)) {
    request.headers = {{"content-type", std::string(json->content_type)},
                       {"x-amz-target", std::string(json->target_prefix) + call.action}};
    request.body = call.json;
  } else {
    request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = encode_call(call);
  }
  return request;
}

}  // namespace

Result<std::string> Caller::call(const ApiCall& call) {
  if (auto refusal = backoff_.refusal(call.action, parts_.clock.running())) {
    return fail(with_context(std::move(*refusal), call.action));
  }
  auto body = with_retries(call);
  if (options_.on_reply) options_.on_reply(call.action, body ? *body : body.error().describe());
  if (body) {
    backoff_.note_success(call.action);
    return body;
  }
  backoff_.note_failure(call.action, body.error(), parts_.clock.running());
  return fail(with_context(std::move(body).error(), call.action));
}

Duration Caller::deadline_of(const ApiCall& call) const {
  const bool reads = call.effect == Effect::none;
  const Duration usual = reads ? options_.reading_deadline : options_.deadline;
  if (!backoff_.is_failing(call.action)) return usual;
  return std::min(usual, reads ? kFailingReadMost : kFailingChangeMost);
}

Result<std::string> Caller::with_retries(const ApiCall& call) {
  const Duration begun = parts_.clock.running();
  const Duration deadline = begun + deadline_of(call);
  for (int retries = 0;; ++retries) {
    TRY_VOID(wait_for_token(call, deadline));
    auto body = attempt(call, deadline - parts_.clock.running());
    has_answered_ = has_answered_ || body || !body.error().api_code.empty();
    const bool last =
        backoff_.is_failing(call.action) || body || !may_repeat(call, body.error(), retries);
    Duration give_up = deadline;
    if (!body && is_first_contact_lost(call, body.error())) {
      body.error().code = Errc::unreachable;
      give_up = std::min(deadline, begun + kFirstContactMost);
    }
    if (last) return body;
    const Duration pause = pause_before(retries);
    if (parts_.clock.running() + pause >= give_up) return body;
    TRY_VOID(parts_.sleeper.sleep(pause));
  }
}

// A call that changes something may have had its effect, whoever has answered before.
bool Caller::is_first_contact_lost(const ApiCall& call, const Error& error) const {
  const bool lost = error.code == Errc::transport || error.code == Errc::timeout ||
                    error.code == Errc::malformed_reply;
  return lost && call.effect == Effect::none && !has_answered_;
}

// One exchange; a second one with fresh credentials when AWS says that the session is over.
Result<std::string> Caller::attempt(const ApiCall& call, Duration time_left) {
  TRY(const Credentials credentials, parts_.credentials.get());
  auto body = send(call, credentials, time_left);
  if (body || !is_expired_token(body.error())) return body;
  parts_.credentials.forget();
  const auto renewed = parts_.credentials.get();
  if (!renewed || *renewed == credentials) return body;
  return send(call, *renewed, time_left);
}

Result<std::string> Caller::send(const ApiCall& call, const Credentials& credentials,
                                 Duration time_left) {
  TRY(const std::string endpoint, options_.endpoint(call.service));
  HttpRequest request = http_request(call, endpoint);
  const Duration max = has_answered_ ? options_.attempt_timeout : kFirstReplyMost;
  request.total_timeout = std::min({options_.attempt_timeout, max, time_left});
  return send_signed(parts_.http, parts_.clock, request, credentials,
                     {options_.region, std::string(signing_name(call.service))});
}

Result<void> Caller::wait_for_token(const ApiCall& call, Duration deadline) {
  const Duration now = parts_.clock.running();
  const Duration wait = limits_.take(call.action, now);
  if (wait == Duration{0}) return {};
  if (now + wait >= deadline) {
    limits_.give_back(call.action);
    return fail(Errc::throttled,
                "this program has used its share of EC2's request limit for the next " +
                    std::to_string(wait.count()) + " ms; it tries again later");
  }
  return parts_.sleeper.sleep(wait);
}

// Full jitter: any time from zero to the doubled step.
Duration Caller::pause_before(int retry) {
  const double step = std::min(kBackoffCapMs, kBackoffBaseMs * std::exp2(retry));
  std::uniform_real_distribution<double> anything(0, step);
  return Duration{static_cast<Duration::rep>(anything(random_))};
}

}  // namespace ec2spotter::aws
