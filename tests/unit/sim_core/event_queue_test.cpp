// The local EC2's queue of announcements.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUrl = "http://127.0.0.1:1/123456789012/ec2-events";

struct QueueReply {
  int status = 0;
  std::string code, query_error;
  Json body;
};

QueueReply queue(Sim& sim, const std::string& action, Json body,
                 const std::string& region = "us-east-1") {
  const ApiReply reply = sim.core().handle({.service = "sqs",
                                            .region = region,
                                            .access_key = "test",
                                            .params = {},
                                            .target = "AmazonSQS." + action,
                                            .body = body.dump(),
                                            .host = "127.0.0.1:1"});
  EXPECT_EQ(reply.content_type, "application/x-amz-json-1.0");
  Json document = Json::parse(reply.body);
  const std::string type = text(document, "__type");
  return {reply.status, type.substr(type.find('#') + 1), reply.query_error, std::move(document)};
}

Json receive(Sim& sim, Json more = Json::object(), const std::string& region = "us-east-1") {
  more["QueueUrl"] = kUrl;
  const QueueReply reply = queue(sim, "ReceiveMessage", std::move(more), region);
  EXPECT_EQ(reply.status, 200) << reply.body;
  return reply.body.value("Messages", Json::array());
}

std::string waiting(Sim& sim) {
  const auto reply =
      queue(sim, "GetQueueAttributes",
            {{"QueueUrl", kUrl}, {"AttributeNames", {"ApproximateNumberOfMessages"}}});
  return reply.body.at("Attributes").at("ApproximateNumberOfMessages").get<std::string>();
}

void remove(Sim& sim, const Json& message) {
  const auto reply = queue(sim, "DeleteMessage",
                           {{"QueueUrl", kUrl}, {"ReceiptHandle", message.at("ReceiptHandle")}});
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST(SimEventQueueTest, ANoticeIsAnnouncedAsEventBridgeWritesIt) {
  Sim sim;
  const std::string id = sim.run_spot();
  EXPECT_TRUE(receive(sim).empty());

  sim.control("notice", {{"instance_id", id}});

  const Json messages = receive(sim);
  ASSERT_EQ(messages.size(), 1U);
  Json event = Json::parse(text(messages[0], "Body"));
  EXPECT_EQ(text(event, "id").size(), 36U);
  event.erase("id");
  EXPECT_EQ(event, (Json{{"version", "0"},
                         {"detail-type", "EC2 Spot Instance Interruption Warning"},
                         {"source", "aws.ec2"},
                         {"account", "123456789012"},
                         {"time", "2026-03-01T12:00:00Z"},
                         {"region", "us-east-1"},
                         {"resources", {"arn:aws:ec2:us-east-1a:instance/" + id}},
                         {"detail", {{"instance-id", id}, {"instance-action", "terminate"}}}}));
}

TEST(SimEventQueueTest, ARebalanceIsAnnouncedAndASilentReclaimIsNot) {
  Sim sim;
  const std::string id = sim.run_spot();
  sim.control("rebalance", {{"instance_id", id}});
  const Json messages = receive(sim);
  ASSERT_EQ(messages.size(), 1U);
  const Json event = Json::parse(text(messages[0], "Body"));
  EXPECT_EQ(text(event, "detail-type"), "EC2 Instance Rebalance Recommendation");
  EXPECT_EQ(event.at("resources")[0], "arn:aws:ec2:us-east-1:123456789012:instance/" + id);
  EXPECT_EQ(event.at("detail"), (Json{{"instance-id", id}}));
  remove(sim, messages[0]);

  sim.control("reclaim", {{"instance_id", id}});
  EXPECT_EQ(waiting(sim), "0");
}

TEST(SimEventQueueTest, ARisingPriceWarnsToo) {
  Sim sim;
  sim.run_spot({{"InstanceMarketOptions.SpotOptions.MaxPrice", "0.01"}});
  sim.control("price", {{"instance_type", "t3.small"}, {"zone", kZone}, {"price", "0.02"}});
  EXPECT_EQ(waiting(sim), "1");
}

TEST(SimEventQueueTest, AMessageIsHiddenUntilItsTimeIsOverAndGoneOnceDeleted) {
  Sim sim;
  const std::string id = sim.run_spot();
  sim.control("rebalance", {{"instance_id", id}});
  const Json first = receive(sim).at(0);
  EXPECT_TRUE(receive(sim).empty());
  EXPECT_EQ(waiting(sim), "0");
  sim.advance(30s);
  EXPECT_EQ(waiting(sim), "1");

  const Json again = receive(sim, {{"AttributeNames", {"All"}}, {"VisibilityTimeout", 0}}).at(0);
  EXPECT_EQ(again.at("MessageId"), first.at("MessageId"));
  EXPECT_EQ(again.at("Attributes").at("ApproximateReceiveCount"), "2");
  remove(sim, first);
  EXPECT_EQ(waiting(sim), "1") << "an old receipt deletes nothing";
  remove(sim, again);
  EXPECT_EQ(waiting(sim), "0");
  remove(sim, again);
}

TEST(SimEventQueueTest, ManyMessagesComeInPortionsAndTheOldestOfTooManyAreDropped) {
  Sim sim;
  const std::string id = sim.run_spot();
  for (int i = 0; i < 12; ++i) sim.control("rebalance", {{"instance_id", id}});
  EXPECT_EQ(receive(sim).size(), 1U);
  EXPECT_EQ(receive(sim, {{"MaxNumberOfMessages", 10}}).size(), 10U);
  EXPECT_EQ(receive(sim, {{"MaxNumberOfMessages", 10}}).size(), 1U);
  sim.advance(1min);
  for (int i = 0; i < 5000; ++i) sim.core().control("rebalance", {{"instance_id", id}}).value();
  EXPECT_EQ(waiting(sim), "5000");
  EXPECT_EQ(Json::parse(text(receive(sim).at(0), "Body")).at("time"), "2026-03-01T12:01:00Z");
}

TEST(SimEventQueueTest, EachRegionHasItsOwnQueue) {
  Sim sim;
  sim.control("rebalance", {{"instance_id", sim.run_spot()}});
  EXPECT_TRUE(receive(sim, Json::object(), "eu-west-1").empty());
  EXPECT_EQ(queue(sim, "GetQueueUrl", {{"QueueName", "ec2-events"}}).body.at("QueueUrl"), kUrl);
}

TEST(SimEventQueueTest, TheQueueIsPartOfTheSavedState) {
  Sim sim;
  const std::string id = sim.run_spot();
  sim.control("notice", {{"instance_id", id}});
  const std::uint64_t before = sim.core().revision();
  const Json held = receive(sim).at(0);
  EXPECT_NE(sim.core().revision(), before) << "what was handed out must be saved";
  const Json saved = Json::parse(sim.core().save().dump());

  Sim other;
  ASSERT_TRUE(other.core().load(saved));
  EXPECT_TRUE(receive(other).empty());
  other.advance(30s);
  EXPECT_EQ(receive(other).at(0).at("MessageId"), held.at("MessageId"));
}

TEST(SimEventQueueTest, WhatIsUnknownIsRefusedUnderSqssOwnCodes) {
  Sim sim;
  const auto code = [&](const std::string& action, Json body) {
    const QueueReply reply = queue(sim, action, std::move(body));
    EXPECT_EQ(reply.status, 400);
    return reply.code;
  };
  EXPECT_EQ(code("GetQueueUrl", {{"QueueName", "other"}}), "QueueDoesNotExist");
  EXPECT_EQ(code("ReceiveMessage", {{"QueueUrl", "http://h/1/other"}}), "QueueDoesNotExist");
  EXPECT_EQ(code("ReceiveMessage", {}), "SerializationException");
  EXPECT_EQ(code("ReceiveMessage", Json::object()), "MissingParameter");
  EXPECT_EQ(code("SendMessage", {{"QueueUrl", kUrl}}), "UnknownOperationException");
  EXPECT_EQ(code("ReceiveMessage", {{"QueueUrl", kUrl}, {"Shoe", 1}}), "UnsupportedOperation");
  EXPECT_EQ(code("DeleteMessage", {{"QueueUrl", kUrl}, {"ReceiptHandle", "x"}}),
            "ReceiptHandleIsInvalid");
  EXPECT_EQ(code("GetQueueAttributes", {{"QueueUrl", kUrl}, {"AttributeNames", {"Shoe"}}}),
            "InvalidAttributeName");
  for (const Json& number : {Json(0), Json(11), Json("3"), Json(1.5)}) {
    EXPECT_EQ(code("ReceiveMessage", {{"QueueUrl", kUrl}, {"MaxNumberOfMessages", number}}),
              "InvalidParameterValue")
        << number;
  }
  EXPECT_EQ(queue(sim, "GetQueueUrl", {{"QueueName", "other"}}).query_error,
            "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

}  // namespace
}  // namespace ec2spotter::sim
