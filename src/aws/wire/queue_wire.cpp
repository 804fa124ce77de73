#include "aws/wire/queue_wire.hpp"

#include <nlohmann/json.hpp>

namespace ec2spotter::aws {
namespace {

constexpr int kMessagesMost = 10;  // the most that SQS gives at once

std::string encode(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The member's text; absent, empty or no text is malformed_reply.
Result<std::string> required(const nlohmann::json& message, const char* name) {
  const bool is_there = message.is_object() && message.contains(name);
  std::string text = is_there && message.at(name).is_string() ? message.at(name).get<std::string>()
                                                              : std::string();
  if (!text.empty()) return text;
  return fail(Errc::malformed_reply, "a message of the reply has no " + std::string(name));
}

}  // namespace

ApiCall receive_message_call(const std::string& queue_url) {
  return {.service = Service::sqs,
          .action = "ReceiveMessage",
          .json = encode({{"QueueUrl", queue_url},
                          {"MaxNumberOfMessages", kMessagesMost},
                          {"WaitTimeSeconds", 0}})};
}

// A receipt means one delivery, so a repeat removes no other message.
ApiCall delete_message_call(const std::string& queue_url, const std::string& receipt) {
  return {.service = Service::sqs,
          .action = "DeleteMessage",
          .effect = Effect::by_token,
          .json = encode({{"QueueUrl", queue_url}, {"ReceiptHandle", receipt}})};
}

Result<std::vector<QueueMessage>> parse_receive_message(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return fail(Errc::malformed_reply, "the reply is not a JSON object");
  std::vector<QueueMessage> messages;
  // SQS leaves the list out when there is none.
  if (!json.contains("Messages") || json.at("Messages").is_null()) return messages;
  if (!json.at("Messages").is_array()) {
    return fail(Errc::malformed_reply, "the reply's Messages are not a list");
  }
  for (const auto& each : json.at("Messages")) {
    QueueMessage message;
    TRY(message.receipt, required(each, "ReceiptHandle"));
    TRY(message.body, required(each, "Body"));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace ec2spotter::aws
