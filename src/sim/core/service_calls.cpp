// The few calls of STS, IAM, SSM and SQS, and the keys that may sign.
#include <fmt/format.h>

#include "base/sha256.hpp"
#include "sim/core/core.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/services/event_queue.hpp"
#include "sim/core/services/iam.hpp"
#include "sim/core/services/parameters.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

ApiReply json_reply(int status, const Json& body) {
  return {.status = status, .content_type = "application/x-amz-json-1.1", .body = as_text(body)};
}

}  // namespace

std::string Core::caller_arn(const std::string& access_key) const {
  const auto found = world_.settings().find("key/" + access_key);
  return found == world_.settings().end()
             ? fmt::format("arn:aws:iam::{}:user/{}", kAccount, access_key)
             : text(*found, "arn");
}

Result<void> Core::authorize_caller(const ApiRequest& request, Call& call) {
  const auto found = world_.settings().find("key/" + request.access_key);
  if (found == world_.settings().end() || text(*found, "role").empty()) return {};
  RoleSession session{.role = text(*found, "role"), .arn = text(*found, "arn")};
  const std::string name = session.arn.substr(session.arn.rfind('/') + 1);
  if (name.starts_with("i-")) {
    session.instance_arn =
        fmt::format("arn:aws:ec2:{}:{}:instance/{}", request.region, kAccount, name);
  }
  return authorize(call, session);
}

Result<Json> Core::caller_identity(const ApiRequest& request, Params& params) {
  TRY_VOID(params.finish());
  return Json{{"Account", kAccount},
              {"Arn", caller_arn(request.access_key)},
              {"UserId", "AIDA0000000000000000"}};
}

Result<Json> Core::assume_role(Params& params) {
  TRY(const std::string role, params.need("RoleArn"));
  TRY(const std::string session, params.need("RoleSessionName"));
  TRY(const auto seconds, params.number("DurationSeconds"));
  const std::string external_id = params.get_or("ExternalId", "");
  TRY_VOID(params.finish());
  if (!role.starts_with("arn:aws:iam::") || role.find(":role/") == std::string::npos) {
    return refuse("ValidationError", role + " is not the ARN of a role");
  }
  if (seconds && (*seconds < 900 || *seconds > 43200)) {
    return refuse("ValidationError", "DurationSeconds must be from 900 to 43200");
  }
  const std::string name = role.substr(role.rfind('/') + 1);
  const std::string arn =
      fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", kAccount, name, session);
  const IssuedKey key =
      issue_key(world_.new_uuid(), world_.now() + std::chrono::seconds(seconds.value_or(3600)), arn,
                role_exists(world_, name) ? name : "");
  return Json{
      {"Credentials",
       {{"AccessKeyId", key.id},
        {"SecretAccessKey", key.secret},
        {"SessionToken", key.token},
        {"Expiration", format_iso8601(key.expires)}}},
      {"AssumedRoleUser", {{"AssumedRoleId", "AROA0000000000000000:" + session}, {"Arn", arn}}}};
}

Core::IssuedKey Core::issue_key(const std::string& seed, TimePoint expires, const std::string& arn,
                                const std::string& role) {
  const std::string digits = sha256_hex(seed);
  IssuedKey key{.id = "ASIA" + digits.substr(0, 16),
                .secret = sha256_hex("secret " + seed).substr(0, 40),
                .token = sha256_hex("token " + seed),
                .expires = expires};
  for (char& c : key.id) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Json& kept = world_.settings()["key/" + key.id];
  if (kept.is_null()) changed();
  kept = {{"secret", key.secret},
          {"token", key.token},
          {"expires", format_iso8601(expires)},
          {"arn", arn},
          {"role", role}};
  return key;
}

Result<Json> Core::answer_query(const ApiRequest& request, const std::string& action) {
  ParamMap values = request.params;
  values.erase("Action");
  values.erase("Version");
  Params params(std::move(values));
  if (request.service == "sts" && action == "GetCallerIdentity") {
    return caller_identity(request, params);
  }
  if (request.service == "sts" && action == "AssumeRole") return assume_role(params);
  const auto handler = identity_actions_.find(action);
  if (request.service == "sts" || handler == identity_actions_.end()) {
    return refuse("InvalidAction", "Could not find operation " + action);
  }
  if (const std::string caller = caller_arn(request.access_key);
      caller.find(":assumed-role/") != std::string::npos) {
    return refuse("AccessDenied",
                  "User: " + caller + " is not authorized to perform: iam:" + action);
  }
  Call call{.world = world_, .region = kEverywhere, .action = action, .params = std::move(params)};
  return handler->second(call);
}

ApiReply Core::handle_query(const ApiRequest& request, const std::string& action,
                            const std::string& request_id) {
  const bool changes = request.service == "iam" && !changes_nothing(action);
  if (changes) changed();
  const auto reply = answer_query(request, action);
  const std::string code = reply ? std::string() : reply.error().api_code;
  if (changes || action == "AssumeRole") note_call(request, action, code, "");
  if (reply) return {.body = query_reply(request.service, action, *reply, request_id)};
  return {.status = http_status(code),
          .body = query_error(request.service, code, reply.error().message, request_id)};
}

ApiReply Core::handle_ssm(const ApiRequest& request) {
  if (request.target != "AmazonSSM.GetParameter") {
    return json_reply(400, {{"__type", "UnknownOperationException"}, {"message", request.target}});
  }
  const Json body = parse_foreign(request.body);
  if (!body.is_object() || text(body, "Name").empty()) {
    return json_reply(400, {{"__type", "ValidationException"}, {"message", "Name is missing"}});
  }
  const std::string name = text(body, "Name");
  for (const auto& [key, given] : body.items()) {
    if (key == "Name" || key == "WithDecryption") continue;
    return json_reply(400, {{"__type", "ValidationException"}, {"message", "unknown " + key}});
  }
  const std::string value = find_parameter(world_, request.region, name);
  if (value.empty()) {
    return json_reply(400, {{"__type", "ParameterNotFound"}, {"message", ""}});
  }
  return json_reply(200, {{"Parameter",
                           {{"Name", name},
                            {"Type", "String"},
                            {"Value", value},
                            {"Version", 1},
                            {"LastModifiedDate", 1767225600},
                            {"DataType", "text"},
                            {"ARN", "arn:aws:ssm:" + request.region + "::parameter" + name}}}});
}

ApiReply Core::handle_sqs(const ApiRequest& request) {
  constexpr std::string_view kPrefix = "AmazonSQS.";
  QueueCall call{.region = request.region,
                 .host = request.host,
                 .action = request.target.substr(0, kPrefix.size()) == kPrefix
                               ? request.target.substr(kPrefix.size())
                               : std::string(),
                 .body = parse_foreign(request.body)};
  Result<Json> reply = refuse("SerializationException", "The body is not a JSON object");
  if (call.body.is_object()) {
    if (!reads_queue_only(call.action)) changed();
    reply = call_queue(world_, call);
  }
  const std::string code = reply ? "" : reply.error().api_code;
  const Json body =
      reply ? *reply
            : Json{{"__type", "com.amazonaws.sqs#" + code}, {"message", reply.error().message}};
  // The host in the address of a queue is what the caller has sent, which need not be text.
  return {.status = reply ? 200 : http_status(code),
          .content_type = "application/x-amz-json-1.0",
          .body = as_text(body),
          .query_error = reply ? "" : query_error(code)};
}

std::optional<KnownKey> Core::key(const std::string& access_key) const {
  if (access_key == "test" || access_key == kPersonKey) {
    return KnownKey{.secret = access_key, .session_token = {}, .expires_at = {}};
  }
  const auto found = world_.settings().find("key/" + access_key);
  if (found == world_.settings().end()) return std::nullopt;
  return KnownKey{.secret = text(*found, "secret"),
                  .session_token = text(*found, "token"),
                  .expires_at = parse_iso8601(text(*found, "expires"))};
}

}  // namespace ec2spotter::sim
