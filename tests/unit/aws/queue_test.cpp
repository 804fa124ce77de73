// Reading a queue: what is sent, and what a reply may be.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "aws/ec2_client.hpp"
#include "aws/wire/queue_wire.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/ec2-events";
constexpr const char* kMessages = R"({"Messages": [
  {"MessageId": "m-1", "ReceiptHandle": "r-1", "MD5OfBody": "0", "Body": "{\"a\": 1}"},
  {"MessageId": "m-2", "ReceiptHandle": "r-2", "Body": "two", "Attributes": {"new": "1"}}]})";
const Error kBroken{.code = Errc::transport, .message = "the connection broke"};

class QueueTest : public testing::Test {
 protected:
  QueueTest() {
    auto transport = std::make_unique<ScriptedTransport>();
    http = transport.get();
    ec2 = test_client(std::move(transport), clock);
    queue = std::move(*ec2->event_queue(kUrl));
  }

  ManualClock clock{kNow};
  ScriptedTransport* http = nullptr;
  std::unique_ptr<Ec2Client> ec2;
  std::unique_ptr<EventQueue> queue;
};

TEST_F(QueueTest, ReceivesUpToTenWithoutWaiting) {
  http->then(200, kMessages);
  const auto messages = queue->receive();
  ASSERT_TRUE(messages) << messages.error().describe();
  EXPECT_EQ(*messages, (std::vector<QueueMessage>{{"r-1", "{\"a\": 1}"}, {"r-2", "two"}}));
  const HttpRequest& request = http->requests.at(0);
  EXPECT_EQ(request.url, "https://sqs.us-east-1.amazonaws.com/");
  EXPECT_EQ(header_of(request, "content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(header_of(request, "x-amz-target"), "AmazonSQS.ReceiveMessage");
  EXPECT_NE(header_of(request, "authorization").find("/us-east-1/sqs/aws4_request"),
            std::string::npos);
  EXPECT_EQ(
      nlohmann::json::parse(request.body),
      (nlohmann::json{{"QueueUrl", kUrl}, {"MaxNumberOfMessages", 10}, {"WaitTimeSeconds", 0}}));
}

TEST_F(QueueTest, RemovesByTheReceiptAndMayRepeatThat) {
  http->then(kBroken);
  http->then(200, "{}");
  EXPECT_TRUE(queue->remove({"r-1", "two"}));
  ASSERT_EQ(http->requests.size(), 2U);
  EXPECT_EQ(header_of(http->requests[1], "x-amz-target"), "AmazonSQS.DeleteMessage");
  EXPECT_EQ(nlohmann::json::parse(http->requests[1].body),
            (nlohmann::json{{"QueueUrl", kUrl}, {"ReceiptHandle", "r-1"}}));
}

TEST_F(QueueTest, AQueueThatIsNotThereIsNotFound) {
  http->then(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"})");
  const auto messages = queue->receive();
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().code, Errc::not_found);
  EXPECT_EQ(http->requests.size(), 1U);
}

TEST_F(QueueTest, AnAddressThatIsNoneIsRefusedBeforeItIsUsed) {
  const auto none = ec2->event_queue("ec2-events");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::invalid);
}

TEST(QueueWireTest, AnEmptyQueueIsNoError) {
  for (const char* body : {"{}", R"({"Messages": []})", R"({"Messages": null})"}) {
    EXPECT_EQ(parse_receive_message(body), std::vector<QueueMessage>{}) << body;
  }
}

TEST(QueueWireTest, TruncatedAndHostileRepliesAreErrors) {
  const std::string whole = kMessages;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_receive_message(whole.substr(0, length))) << length;
  }
  for (const char* body :
       {"[]", "7", "\"Messages\"", "<html/>", R"({"Messages": {}})", R"({"Messages": [7]})",
        R"({"Messages": [{"ReceiptHandle": "r"}]})", R"({"Messages": [{"Body": "b"}]})",
        R"({"Messages": [{"ReceiptHandle": "", "Body": "b"}]})",
        R"({"Messages": [{"ReceiptHandle": 1, "Body": "b"}]})"}) {
    const auto messages = parse_receive_message(body);
    ASSERT_FALSE(messages) << body;
    EXPECT_EQ(messages.error().code, Errc::malformed_reply);
  }
  EXPECT_FALSE(parse_receive_message(std::string(100'000, '[')));
}

}  // namespace
}  // namespace ec2spotter::aws
