// The metadata service: versions, tokens and what each path answers.
#include <gtest/gtest.h>
#include <httplib.h>

#include <mutex>
#include <thread>
#include <vector>

#include "sim/net/sockets.hpp"
#include "sim/vm/metadata/metadata_service.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTtlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
constexpr const char* kTokenHeader = "x-aws-ec2-metadata-token";

MetadataView view() {
  return {.enabled = true,
          .tokens_required = true,
          .user_data = std::string("#!/bin/sh\0x", 11),
          .entries = {{"meta-data/instance-id", "i-1"},
                      {"meta-data/public-ipv4", ""},
                      {"meta-data/placement/region", "us-east-1"},
                      {"meta-data/placement/availability-zone", "us-east-1a"},
                      {"meta-data/public-keys/0=me", ""},
                      {"meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA me"},
                      {"dynamic/instance-identity/document", "{}"}}};
}

class ImdsTest : public testing::Test {
 protected:
  MetadataReply send(const std::string& method, const std::string& path,
                     std::map<std::string, std::string> headers = {}) {
    return answer_metadata({.method = method, .path = path, .headers = std::move(headers)}, view_,
                           tokens_, now_);
  }
  std::string token(const std::string& ttl = "60") {
    return send("PUT", "/latest/api/token", {{kTtlHeader, ttl}}).body;
  }
  MetadataReply get(const std::string& path) {
    return send("GET", path, {{kTokenHeader, token()}});
  }

  MetadataView view_ = view();
  MetadataTokens tokens_;
  SteadyTime now_{1h};
};

TEST_F(ImdsTest, ATokenOpensTheServiceUntilItsTimeIsOver) {
  const MetadataReply issued = send("PUT", "/latest/api/token", {{kTtlHeader, "60"}});
  ASSERT_EQ(issued.status, 200);
  EXPECT_EQ(issued.token_ttl_seconds, 60);
  const std::map<std::string, std::string> headers{{kTokenHeader, issued.body}};

  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id", headers).body, "i-1");
  now_ += 59s;
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id", headers).token_ttl_seconds, 1);
  now_ += 1s;
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id", headers).status, 401);
}

TEST_F(ImdsTest, ATokenRequestMustStateALifeThatEc2Allows) {
  for (const char* ttl : {"0", "21601", "-1", "", "1h", "60 "}) {
    EXPECT_EQ(send("PUT", "/latest/api/token", {{kTtlHeader, ttl}}).status, 400) << ttl;
  }
  EXPECT_EQ(send("PUT", "/latest/api/token").status, 400);
  for (const char* ttl : {"1", "21600"}) {
    EXPECT_EQ(send("PUT", "/latest/api/token", {{kTtlHeader, ttl}}).status, 200) << ttl;
  }
}

TEST_F(ImdsTest, AProxiedTokenRequestIsForbidden) {
  EXPECT_EQ(
      send("PUT", "/latest/api/token", {{kTtlHeader, "60"}, {"x-forwarded-for", "1.2.3.4"}}).status,
      403);
}

TEST_F(ImdsTest, WithoutATokenOnlyVersionOneIsServedWhereItIsAllowed) {
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id").status, 401);
  view_.tokens_required = false;
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id").body, "i-1");
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id", {{kTokenHeader, "bad"}}).status, 401);
}

TEST_F(ImdsTest, ASwitchedOffServiceForbidsEverything) {
  const std::string valid = token();
  view_.enabled = false;
  EXPECT_EQ(send("GET", "/latest/meta-data/instance-id", {{kTokenHeader, valid}}).status, 403);
  EXPECT_EQ(send("PUT", "/latest/api/token", {{kTtlHeader, "60"}}).status, 403);
}

TEST_F(ImdsTest, FoldersListTheirNames) {
  EXPECT_EQ(get("/latest").body, "dynamic/\nmeta-data/\nuser-data");
  EXPECT_EQ(get("/latest/meta-data/").body, "instance-id\nplacement/\npublic-keys/");
  EXPECT_EQ(get("/latest/meta-data").body, get("/latest/meta-data/").body);
  EXPECT_EQ(get("/2021-03-23/meta-data/placement/").body, "availability-zone\nregion");
  EXPECT_EQ(get("/latest/meta-data/public-keys/").body, "0=me");
  EXPECT_EQ(get("/latest/meta-data/public-keys/0/").body, "openssh-key");
  EXPECT_EQ(get("/latest/dynamic/instance-identity").body, "document");
  EXPECT_TRUE(get("/").body.starts_with("1.0\n2007-01-19\n"));
  EXPECT_TRUE(get("/").body.ends_with("\nlatest"));
}

TEST_F(ImdsTest, LeavesAnswerInEveryVersion) {
  EXPECT_EQ(get("/2009-04-04/meta-data/instance-id").body, "i-1");
  EXPECT_EQ(get("//latest/meta-data/public-keys/0/openssh-key").body, "ssh-ed25519 AAAA me");
  EXPECT_EQ(get("/latest/user-data").body, view().user_data);
}

TEST_F(ImdsTest, WhatIsAbsentIsNotFound) {
  for (const char* path : {"/1999-01-01/meta-data/", "/latest/meta-data/spot/instance-action",
                           "/latest/meta-data/public-ipv4", "/latest/meta-data/instance-id/",
                           "/latest/meta-data/instance", "/latest/meta-data/public-keys/0=me"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  view_.user_data.clear();
  EXPECT_EQ(get("/latest/user-data").status, 404);
}

TEST_F(ImdsTest, OtherMethodsAreRefused) {
  EXPECT_EQ(send("POST", "/latest/meta-data/instance-id", {{kTokenHeader, token()}}).status, 405);
  EXPECT_EQ(send("GET", "/latest/api/token", {{kTokenHeader, token()}}).status, 405);
}

TEST(MetadataServerTest, KnowsTheCallerByThePort) {
  MetadataServer server([](const std::string& id) {
    MetadataView seen = view();
    seen.entries[0].second = id;
    return seen;
  });
  const auto first = server.add("i-first");
  const auto second = server.add("i-second");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*server.add("i-first"), *first);

  for (const auto& [port, id] :
       std::map<int, std::string>{{*first, "i-first"}, {*second, "i-second"}}) {
    httplib::Client client("127.0.0.1", port);
    client.set_keep_alive(true);
    const auto token =
        client.Put("/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}}, "", "");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->get_header_value("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"), "60");
    const auto reply =
        client.Get("/latest/meta-data/instance-id", {{"X-aws-ec2-metadata-token", token->body}});
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, id);
  }
  // A token of one instance is not valid for the other.
  httplib::Client client("127.0.0.1", *first);
  const auto token =
      client.Put("/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}}, "", "");
  httplib::Client other("127.0.0.1", *second);
  EXPECT_EQ(other.Get("/latest/meta-data/instance-id", {{"X-aws-ec2-metadata-token", token->body}})
                ->status,
            401);

  server.remove("i-first");
  EXPECT_FALSE(httplib::Client("127.0.0.1", *first).Get("/latest/meta-data/instance-id"));
}

// The core looks an instance up under the lock under which it also cuts the power.
TEST(MetadataServerTest, AddAndRemoveDoNotWaitForALookUp) {
  std::mutex core;
  core.lock();
  MetadataServer server([&](const std::string&) {
    const std::lock_guard lock(core);
    return view();
  });
  const auto port = server.add("i-1");
  ASSERT_TRUE(port);
  std::jthread asking([&] {
    httplib::Client client("127.0.0.1", *port);
    static_cast<void>(client.Get("/latest/meta-data/instance-id"));
  });

  ASSERT_TRUE(server.add("i-2"));
  server.remove("i-1");

  core.unlock();
}

TEST(MetadataServerTest, OneInstancesOpenConnectionsHoldNoOtherUp) {
  MetadataServer server([](const std::string&) { return view(); });
  const auto greedy = server.add("i-greedy");
  const auto other = server.add("i-other");
  ASSERT_TRUE(greedy && other);
  std::vector<Fd> held;
  for (int i = 0; i < 300; ++i) {
    auto connection = connect_local(*greedy);
    ASSERT_TRUE(connection);
    held.push_back(std::move(*connection));
  }
  httplib::Client client("127.0.0.1", *other);
  const auto reply =
      client.Put("/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}}, "", "");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
}

}  // namespace
}  // namespace ec2spotter::sim
