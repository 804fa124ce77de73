// Where a request ends, and which requests the local EC2 does not take.
#include "sim/http/framing.hpp"

#include <gtest/gtest.h>

namespace ec2spotter::sim {
namespace {

constexpr const char* kPost =
    "POST / HTTP/1.1\r\nHost: 127.0.0.1:4599\r\nContent-Length: 5\r\n\r\nhello";

int status_of(const std::string& request) { return frame(request).refusal.status; }

std::string with(const std::string& header) { return "GET / HTTP/1.1\r\n" + header + "\r\n\r\n"; }

TEST(FramingTest, ARequestIsCompleteWithTheLastByteOfItsBody) {
  const std::string request = kPost;
  for (std::size_t size = 0; size < request.size(); ++size) {
    const Framed framed = frame(request.substr(0, size));
    EXPECT_EQ(framed.refusal.status, 0) << size;
    EXPECT_FALSE(framed.complete) << size;
  }
  EXPECT_TRUE(frame(request).complete);
  EXPECT_EQ(frame(request + "GET / HT").size, request.size());
  EXPECT_EQ(frame(request).target, "/");
}

TEST(FramingTest, WhatIsNoRequestIsRefused) {
  for (const char* line : {"", "GET /", "GET / HTTP/2", "GET HTTP/1.1", " / HTTP/1.1",
                           "G(T / HTTP/1.1", "GET http://x/ HTTP/1.1", "GET /a b HTTP/1.1",
                           "GET /\x01 HTTP/1.1", "GET /\xff HTTP/1.1"}) {
    EXPECT_EQ(status_of(std::string(line) + "\r\nHost: x\r\n\r\n"), 400) << line;
  }
  for (const char* header : {"Host", ": x", "Ho st: x", "A: b\x01", "A: b\n c", " folded: x"}) {
    EXPECT_EQ(status_of(with(header)), 400) << header;
  }
  EXPECT_EQ(status_of(with("Host: a\r\nHost: b")), 400);
  EXPECT_EQ(status_of(with("Host: a\r\nHost: a")), 0);
}

TEST(FramingTest, ABodyHasOneLengthThatIsANumberAndNotTooLong) {
  const auto with_length = [](const std::string& length) {
    return status_of("POST / HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n");
  };
  for (const char* bad : {"", "-1", "x", "1x", "0x10", "1.5", "1, 2", "+1"}) {
    EXPECT_EQ(with_length(bad), 400) << bad;
  }
  for (const char* much : {"1048577", "18446744073709551616", "99999999999999999999999999"}) {
    EXPECT_EQ(with_length(much), 413) << much;
  }
  EXPECT_EQ(with_length("1048576"), 0);
  EXPECT_EQ(with_length("1\r\nContent-Length: 2"), 400);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: x\r\n\r\n"), 411);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\n"), 411);
}

TEST(FramingTest, HeadersHaveALimitInSizeAndNumber) {
  const std::string long_line(kHeadMost, 'x');
  EXPECT_EQ(status_of(long_line), 431);
  EXPECT_EQ(status_of("GET /" + long_line), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i <= kHeadersMost; ++i) many += "a" + std::to_string(i) + ": b\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
}

TEST(FramingTest, AClientMayAskForLeaveToSendItsBody) {
  const Framed framed =
      frame("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 9\r\n\r\n");
  EXPECT_TRUE(framed.wants_continue);
  EXPECT_FALSE(framed.complete);
  EXPECT_NE(framed.size, 0U);
}

int trusted(const std::string& headers, const Trust& trust = {.listen_host = "127.0.0.1"},
            const std::string& line = "GET /") {
  const Framed framed = frame(line + " HTTP/1.1\r\n" + headers + "\r\n\r\n");
  EXPECT_EQ(framed.refusal.status, 0) << framed.refusal.why;
  return distrust(framed, trust).status;
}

TEST(TrustTest, TheHostMustBeANameOfThisMachine) {
  for (const char* host : {"127.0.0.1:4599", "127.1.2.3", "localhost", "LOCALHOST:1", "[::1]:4599",
                           "ec2.localhost:4599"}) {
    EXPECT_EQ(trusted("Host: " + std::string(host)), 0) << host;
  }
  for (const char* host :
       {"evil.example:4599", "127.0.0.1.evil.example", "localhost.evil.example", "127.evil"}) {
    EXPECT_EQ(trusted("Host: " + std::string(host)), 403) << host;
  }
  EXPECT_EQ(trusted("A: b"), 400);
  EXPECT_EQ(trusted("Host: ec2.home:4599", {.listen_host = "ec2.home"}), 0);
  // A name can be made to point here, an address cannot; guests come by one.
  EXPECT_EQ(trusted("Host: 172.31.0.1:4566"), 0);
  EXPECT_EQ(trusted("Host: 10.0.0.1", {.listen_host = "0.0.0.0", .any_host = true}), 0);
}

TEST(TrustTest, AWebPageIsRefused) {
  for (const char* mark :
       {"Origin: http://evil.example", "Origin: null", "Origin: http://localhost",
        "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}) {
    EXPECT_EQ(trusted("Host: localhost\r\n" + std::string(mark)), 403) << mark;
    EXPECT_EQ(trusted("Host: x\r\n" + std::string(mark), {.listen_host = "", .any_host = true}),
              403);
  }
}

TEST(TrustTest, AControlRequestSaysThatItIsJson) {
  const Trust trust{.listen_host = ""};
  const std::string post = "POST /_sim/clock";
  const std::string head = "Host: localhost\r\nContent-Length: 2";
  EXPECT_EQ(trusted(head, trust, post), 415);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                           "text/plain; application/json"}) {
    EXPECT_EQ(trusted(head + "\r\nContent-Type: " + type, trust, post), 415) << type;
  }
  EXPECT_EQ(trusted(head + "\r\nContent-Type: Application/JSON; charset=utf-8", trust, post), 0);
  EXPECT_EQ(trusted(head, trust, "POST /"), 0);
}

}  // namespace
}  // namespace ec2spotter::sim
