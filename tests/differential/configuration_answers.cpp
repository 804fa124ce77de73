// What the client makes of a configuration: reads cases from stdin, a JSON object a line, and
// answers each with a line of JSON. The network of a case is a list of scripted replies.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/config/ca_bundle.hpp"
#include "aws/config/endpoints.hpp"
#include "aws/credentials/chain.hpp"
#include "base/clock.hpp"

namespace ec2spotter::aws {
namespace {

using Json = nlohmann::json;

// Answers a request by the first reply whose method and beginning of the address fit.
class TableTransport final : public HttpTransport {
 public:
  explicit TableTransport(const Json& replies) : replies_(replies) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    for (const Json& reply : replies_) {
      const bool fits = reply.at("method") == request.method &&
                        request.url.starts_with(reply.at("url").get<std::string>());
      if (!fits) continue;
      const std::string action = reply.value("action", "");
      if (request.body.find(action) == std::string::npos) continue;
      return HttpResponse{.status = reply.at("status").get<int>(),
                          .headers = {},
                          .body = reply.at("body").get<std::string>()};
    }
    return fail(Errc::transport, "nobody answers at " + request.url);
  }

 private:
  const Json& replies_;
};

Environment environment_of(const Json& ask) {
  return {.get = [&variables =
                      ask.at("environment")](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            if (found == variables.end()) return std::nullopt;
            return found->get<std::string>();
          },
          .home = ask.at("home").get<std::string>()};
}

void put_credentials(const Credentials& credentials, Json& answer) {
  answer["keys"] = {credentials.access_key_id, credentials.secret_access_key.reveal(),
                    credentials.session_token.reveal()};
  answer["source"] = credentials.source;
  answer["expires"] =
      credentials.expires ? Json(credentials.expires->time_since_epoch().count()) : Json();
}

template <class T>
bool put_error(const char* of, const Result<T>& result, Json& answer) {
  if (!result) answer["errors"][of] = result.error().message;
  return !result;
}

Json answer_to(const Json& ask) {
  Json answer{{"errors", Json::object()}};
  const Environment environment = environment_of(ask);
  const std::string profile = ask.value("profile", "");
  auto profiles = Profiles::load(
      environment, profile.empty() ? std::nullopt : std::optional<std::string>(profile));
  if (put_error("profile", profiles, answer)) return answer;
  const auto region = configured_region(environment, *profiles, std::nullopt);
  if (!put_error("region", region, answer)) answer["region"] = region->value_or("");
  const std::string at = ask.at("endpoint_region");
  const auto ec2 = endpoint(environment, *profiles, ServiceName::ec2, at, std::nullopt);
  if (!put_error("endpoint", ec2, answer)) answer["endpoint"] = *ec2;
  answer["ca_bundle"] = ca_bundle(environment, *profiles);

  TableTransport http(ask.at("replies"));
  const SystemClock clock;
  CorrectedClock corrected(clock);
  std::vector<std::string> warnings;
  const auto credentials =
      find_credentials({environment, *profiles, http, corrected, at},
                       {.profile_was_asked_for = !profile.empty(), .legacy_file = ""}, warnings);
  if (!put_error("credentials", credentials, answer)) put_credentials(*credentials, answer);
  return answer;
}

}  // namespace
}  // namespace ec2spotter::aws

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto ask = nlohmann::json::parse(line);
    const auto answer = ec2spotter::aws::answer_to(ask);
    std::cout << answer.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
  }
}
