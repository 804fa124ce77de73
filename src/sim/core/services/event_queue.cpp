#include "sim/core/services/event_queue.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::string_view kQueueName = "ec2-events";
constexpr std::size_t kMessagesMost = 5000;  // the oldest are dropped; there is no retention time
constexpr long kVisibilitySeconds = 30;      // SQS's default
constexpr std::size_t kReceiptLength = 36;

std::string queue_path() { return fmt::format("/{}/{}", kAccount, kQueueName); }

Json& messages_of(World& world, const std::string& region) {
  Json& messages = world.settings()["events/" + region];
  if (messages.is_null()) messages = Json::array();
  return messages;
}

std::int64_t milliseconds(TimePoint time) { return time.time_since_epoch().count(); }

void post(World& world, const std::string& region, const Json& event) {
  Json& messages = messages_of(world, region);
  messages.push_back({{"id", world.new_uuid()},
                      {"body", event.dump()},
                      {"sent_at", milliseconds(world.now())},
                      {"visible_at", milliseconds(world.now())},
                      {"receives", 0}});
  if (messages.size() > kMessagesMost) messages.erase(messages.begin());
}

Json event_of(World& world, const std::string& region, const char* detail_type,
              const std::string& resource) {
  return {{"version", "0"},          {"id", world.new_uuid()},
          {"source", "aws.ec2"},     {"detail-type", detail_type},
          {"account", kAccount},     {"time", format_iso8601(world.now())},
          {"region", region},        {"resources", {resource}},
          {"detail", Json::object()}};
}

std::string md5_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

Result<void> check_members(const Json& body, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return refuse("UnsupportedOperation", "The parameter " + key + " is not supported here");
  }
  return {};
}

Result<void> check_queue(const Json& body) {
  const std::string url = text(body, "QueueUrl");
  if (url.empty()) {
    return refuse("MissingParameter", "The request must contain the parameter QueueUrl.");
  }
  if (!url.ends_with(queue_path())) {
    return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  }
  return {};
}

struct Range {
  long min, max, fallback;
};

Result<long> number(const Json& body, const char* key, Range range) {
  const auto found = body.find(key);
  if (found == body.end()) return range.fallback;
  const bool whole = found->is_number_integer();
  const long value = whole ? found->get<long>() : range.min - 1;
  if (value < range.min || value > range.max) {
    return refuse("InvalidParameterValue",
                  fmt::format("Value {} for parameter {} is invalid. Reason: Must be between {} "
                              "and {}, if provided.",
                              found->dump(), key, range.min, range.max));
  }
  return value;
}

// The names in a list of attributes, which must be among `known` or "All".
Result<std::vector<std::string>> attribute_names(const Json& body, const char* key,
                                                 std::initializer_list<std::string_view> known) {
  std::vector<std::string> names;
  for (const Json& each : body.value(key, Json::array())) {
    const std::string name = each.is_string() ? each.get<std::string>() : "";
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known && name != "All") {
      return refuse("InvalidAttributeName", "Unknown Attribute " + name + ".");
    }
    names.push_back(name);
  }
  return names;
}

Json only(const Json& attributes, const std::vector<std::string>& names) {
  Json chosen = Json::object();
  for (const auto& [name, value] : attributes.items()) {
    const bool named = std::any_of(names.begin(), names.end(), [&, key = name](const auto& each) {
      return each == "All" || each == key;
    });
    if (named) chosen[name] = value;
  }
  return chosen;
}

Result<Json> queue_url(const QueueCall& call) {
  TRY_VOID(check_members(call.body, {"QueueName", "QueueOwnerAWSAccountId"}));
  const std::string owner = text(call.body, "QueueOwnerAWSAccountId");
  if (text(call.body, "QueueName") != kQueueName || (!owner.empty() && owner != kAccount)) {
    return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  }
  const std::string host = call.host.empty() ? "sqs." + call.region + ".amazonaws.com" : call.host;
  return Json{{"QueueUrl", "http://" + host + queue_path()}};
}

Result<Json> queue_attributes(World& world, const QueueCall& call) {
  TRY_VOID(check_members(call.body, {"QueueUrl", "AttributeNames"}));
  TRY_VOID(check_queue(call.body));
  TRY(const auto names,
      attribute_names(call.body, "AttributeNames",
                      {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
                       "ApproximateNumberOfMessagesDelayed", "QueueArn", "VisibilityTimeout"}));
  const Json& messages = messages_of(world, call.region);
  const auto visible = std::count_if(messages.begin(), messages.end(), [&](const Json& message) {
    return message.at("visible_at").get<std::int64_t>() <= milliseconds(world.now());
  });
  const auto all = static_cast<std::ptrdiff_t>(messages.size());
  const Json attributes{
      {"ApproximateNumberOfMessages", std::to_string(visible)},
      {"ApproximateNumberOfMessagesNotVisible", std::to_string(all - visible)},
      {"ApproximateNumberOfMessagesDelayed", "0"},
      {"QueueArn", fmt::format("arn:aws:sqs:{}:{}:{}", call.region, kAccount, kQueueName)},
      {"VisibilityTimeout", std::to_string(kVisibilitySeconds)}};
  if (names.empty()) return Json::object();
  return Json{{"Attributes", only(attributes, names)}};
}

// Delivers the message; it is hidden until its visibility timeout is over.
Json hand_out(World& world, Json& message, long visibility_seconds,
              const std::vector<std::string>& attributes) {
  message["receipt"] = world.new_uuid();
  message["receives"] = message.at("receives").get<long>() + 1;
  message["visible_at"] = milliseconds(world.now() + std::chrono::seconds(visibility_seconds));
  if (!message.contains("first_at")) message["first_at"] = milliseconds(world.now());
  const auto as_text = [&](const char* key) { return std::to_string(message.at(key).get<long>()); };
  Json shown{{"MessageId", message.at("id")},
             {"ReceiptHandle", message.at("receipt")},
             {"MD5OfBody", md5_hex(text(message, "body"))},
             {"Body", message.at("body")}};
  const Json all{{"ApproximateReceiveCount", as_text("receives")},
                 {"ApproximateFirstReceiveTimestamp", as_text("first_at")},
                 {"SentTimestamp", as_text("sent_at")}};
  if (!attributes.empty()) shown["Attributes"] = only(all, attributes);
  return shown;
}

Result<Json> receive(World& world, const QueueCall& call) {
  TRY_VOID(check_members(call.body, {"QueueUrl", "AttributeNames", "MessageSystemAttributeNames",
                                     "MessageAttributeNames", "MaxNumberOfMessages",
                                     "VisibilityTimeout", "WaitTimeSeconds"}));
  TRY_VOID(check_queue(call.body));
  TRY(const long max, number(call.body, "MaxNumberOfMessages", {1, 10, 1}));
  TRY(const long visibility,
      number(call.body, "VisibilityTimeout", {0, 43200, kVisibilitySeconds}));
  TRY_VOID(number(call.body, "WaitTimeSeconds", {0, 20, 0}));
  std::vector<std::string> attributes;
  for (const char* key : {"AttributeNames", "MessageSystemAttributeNames"}) {
    TRY(const auto names, attribute_names(call.body, key,
                                          {"ApproximateReceiveCount",
                                           "ApproximateFirstReceiveTimestamp", "SentTimestamp"}));
    attributes.insert(attributes.end(), names.begin(), names.end());
  }
  Json given = Json::array();
  for (Json& message : messages_of(world, call.region)) {
    if (static_cast<long>(given.size()) == max) break;
    if (message.at("visible_at").get<std::int64_t>() > milliseconds(world.now())) continue;
    given.push_back(hand_out(world, message, visibility, attributes));
  }
  if (given.empty()) return Json::object();
  return Json{{"Messages", std::move(given)}};
}

// As SQS does it: a receipt that is not the newest of its message deletes nothing and is no error.
Result<Json> remove(World& world, const QueueCall& call) {
  TRY_VOID(check_members(call.body, {"QueueUrl", "ReceiptHandle"}));
  TRY_VOID(check_queue(call.body));
  const std::string receipt = text(call.body, "ReceiptHandle");
  if (receipt.empty()) {
    return refuse("MissingParameter", "The request must contain the parameter ReceiptHandle.");
  }
  if (receipt.size() != kReceiptLength) {
    return refuse("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
  }
  Json& messages = messages_of(world, call.region);
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const Json& message) {
    return text(message, "receipt") == receipt;
  });
  if (found != messages.end()) messages.erase(found);
  return Json::object();
}

}  // namespace

// EventBridge names the zone where other ARNs have region and account.
void post_interruption_warning(World& world, const std::string& region, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  const std::string zone = text(instance.at("placement"), "availabilityZone");
  Json event = event_of(world, region, "EC2 Spot Instance Interruption Warning",
                        fmt::format("arn:aws:ec2:{}:instance/{}", zone, id));
  event["detail"] = {{"instance-id", id}, {"instance-action", instance.at("_reclaim_action")}};
  post(world, region, event);
}

void post_rebalance_recommendation(World& world, const std::string& region, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  Json event = event_of(world, region, "EC2 Instance Rebalance Recommendation",
                        fmt::format("arn:aws:ec2:{}:{}:instance/{}", region, kAccount, id));
  event["detail"] = {{"instance-id", id}};
  post(world, region, event);
}

Result<Json> call_queue(World& world, const QueueCall& call) {
  if (call.action == "GetQueueUrl") return queue_url(call);
  if (call.action == "GetQueueAttributes") return queue_attributes(world, call);
  if (call.action == "ReceiveMessage") return receive(world, call);
  if (call.action == "DeleteMessage") return remove(world, call);
  return refuse("UnknownOperationException", "The local SQS does not have this action");
}

bool reads_queue_only(const std::string& action) { return action.starts_with("Get"); }

std::string query_error(const std::string& api_code) {
  const bool no_queue = api_code == "QueueDoesNotExist";
  return (no_queue ? "AWS.SimpleQueueService.NonExistentQueue" : api_code) + ";Sender";
}

}  // namespace ec2spotter::sim
