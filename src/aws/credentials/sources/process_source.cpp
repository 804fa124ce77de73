// credential_process: a command whose output is a JSON document with credentials.
#include <nlohmann/json.hpp>

#include "aws/config/words.hpp"
#include "aws/credentials/child.hpp"
#include "aws/credentials/sources/json_credentials.hpp"
#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {
namespace {

constexpr Duration kTimeout = std::chrono::seconds{60};

}  // namespace

MaybeCredentials credentials_from_process(const SourceContext& context,
                                          const std::string& profile) {
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr) return std::nullopt;
  const std::string command = setting(*section, "credential_process");
  if (command.empty()) return std::nullopt;
  const std::string source = "credential_process of profile '" + profile + "'";
  const auto arguments = split_words(command);
  if (!arguments || arguments->empty()) {
    return fail(Errc::unauthorized, source + " is not a command; correct it");
  }
  TRY(const ChildOutcome outcome, run_child(*arguments, kTimeout));
  if (outcome.status != 0) {
    return fail(Errc::unauthorized,
                source + " failed; run it by hand to see why: " + arguments->front());
  }
  const auto json = nlohmann::json::parse(outcome.output, nullptr, false);
  if (!json.is_object() || json.value("Version", nlohmann::json{}) != 1) {
    return fail(Errc::malformed_reply, source + " did not print a JSON document of Version 1");
  }
  TRY(Credentials credentials,
      credentials_from_json(outcome.output, {.token = "SessionToken"}, source));
  credentials.renewal = "see what that command needs";
  return credentials;
}

}  // namespace ec2spotter::aws
