#include "aws/denied_rights.hpp"

#include <nlohmann/json.hpp>

#include "aws/wire/xml.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kMark = "Encoded authorization failure message: ";

// The decoded words only help the reader, so nothing waits long for them.
constexpr Duration kPatience = std::chrono::seconds(5);

std::string text_of(const nlohmann::json& json, const char* name) {
  const auto it = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && it != json.end() && it->is_string() ? it->get<std::string>() : "";
}

CallerOptions impatient(CallerOptions options) {
  options.deadline = kPatience;
  options.attempt_timeout = kPatience;
  return options;
}

}  // namespace

std::string_view encoded_authorization(std::string_view message) {
  const std::size_t mark = message.find(kMark);
  if (mark == std::string_view::npos) return {};
  message.remove_prefix(mark + kMark.size());
  return message.substr(0, message.find_first_of(" \n"));
}

std::string authorization_in_words(std::string_view json) {
  const auto decoded = nlohmann::json::parse(json, nullptr, false);
  if (!decoded.is_object() || !decoded.contains("context")) return {};
  const auto& context = decoded.at("context");
  const std::string action = text_of(context, "action");
  if (action.empty()) return {};
  const std::string resource = text_of(context, "resource");
  const auto denied = decoded.find("explicitDeny");
  const bool explicitly = denied != decoded.end() && denied->is_boolean() && denied->get<bool>();
  return action + (resource.empty() ? "" : " on " + resource) +
         (explicitly ? " is denied by a policy" : " is allowed by no policy");
}

DeniedRights::DeniedRights(CallerParts parts, CallerOptions options)
    : caller_(parts, impatient(std::move(options))) {}

std::string DeniedRights::in_words(std::string message) {
  const std::string encoded(encoded_authorization(message));
  if (encoded.empty()) return message;
  std::string words = decode(encoded);
  if (words.empty()) {
    words =
        "to see which right is missing, run: aws sts decode-authorization-message "
        "--encoded-message " +
        encoded;
  }
  return message.replace(message.find(kMark), kMark.size() + encoded.size(), words);
}

std::string DeniedRights::decode(std::string_view encoded) {
  if (!may_ask_) return {};
  ApiCall call{.service = Service::sts, .action = "DecodeAuthorizationMessage"};
  call.params.add("EncodedMessage", std::string(encoded));
  const auto body = caller_.call(call);
  may_ask_ = body.has_value();
  if (!body) return {};
  const auto document = XmlDocument::parse(*body);
  if (!document) return {};
  return authorization_in_words(
      document->root().child("DecodeAuthorizationMessageResult").text("DecodedMessage"));
}

}  // namespace ec2spotter::aws
