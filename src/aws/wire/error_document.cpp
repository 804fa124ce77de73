#include "aws/wire/error_document.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "aws/wire/error_table.hpp"
#include "aws/wire/xml.hpp"

namespace ec2spotter::aws {
namespace {

struct Parts {
  std::string code;
  std::string message;
  std::string request_id;
};

// <Response><Errors><Error>..</Error></Errors><RequestID/></Response> from EC2,
// <ErrorResponse><Error>..</Error><RequestId/></ErrorResponse> from STS.
std::optional<Parts> from_xml(std::string_view body) {
  const auto document = XmlDocument::parse(body);
  if (!document) return std::nullopt;
  const XmlElement root = document->root();
  const XmlElement holder = root.name() == "ErrorResponse" ? root : root.child("Errors");
  const XmlElement error = holder.child("Error");
  if (error.text("Code").empty()) return std::nullopt;
  std::string request_id = root.text("RequestID");
  if (request_id.empty()) request_id = root.text("RequestId");
  return Parts{error.text("Code"), error.text("Message"), request_id};
}

std::string text_of(const nlohmann::json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

// {"__type":"com.amazonaws.ssm#ParameterNotFound","message":".."}
std::optional<Parts> from_json(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  std::string code = text_of(json, "__type");
  code.erase(0, code.rfind('#') + 1);
  if (code.empty()) return std::nullopt;
  std::string message = text_of(json, "message");
  if (message.empty()) message = text_of(json, "Message");
  return Parts{code, message, {}};
}

}  // namespace

Error error_from_reply(std::string_view body, int http_status) {
  const bool is_json = body.starts_with('{');
  auto parts = is_json ? from_json(body) : from_xml(body);
  if (parts) {
    const std::string_view cure = cure_of(parts->code, parts->message);
    if (!cure.empty()) parts->message += "; " + std::string(cure);
    return {.code = classify(parts->code, http_status, parts->message).code,
            .message = parts->message.empty() ? parts->code : parts->message,
            .api_code = parts->code,
            .request_id = parts->request_id};
  }
  const std::string status = "HTTP " + std::to_string(http_status);
  if (http_status >= 500 || http_status == 429) {
    return {.code = classify({}, http_status).code,
            .message = status + " without an AWS error document"};
  }
  return {.code = Errc::malformed_reply,
          .message = status + " without an AWS error document; is the endpoint an AWS one?"};
}

}  // namespace ec2spotter::aws
