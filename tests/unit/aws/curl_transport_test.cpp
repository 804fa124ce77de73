// The transport against real sockets: a small server on a free port of the loopback interface.
#include "aws/net/curl_transport.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>
#include <thread>

#include "support.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

class CurlTransportTest : public testing::Test {
 public:
  CurlTransportTest() {
    server_.Post("/echo", [this](const httplib::Request& request, httplib::Response& response) {
      client_ports_.insert(request.remote_port);
      response.set_header("X-Agent", request.get_header_value("User-Agent"));
      response.set_header("X-Type", request.has_header("Content-Type")
                                        ? request.get_header_value("Content-Type")
                                        : "none");
      response.set_content(request.body, "text/plain");
    });
    server_.Put("/put", [](const httplib::Request& request, httplib::Response& response) {
      response.set_content(request.get_header_value("X-Ttl") + request.get_header_value("Expect"),
                           "text/plain");
    });
    server_.Get("/away", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("/echo");
    });
    server_.Get("/long", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(100'000, 'x'), "text/plain");
    });
    server_.Get("/broken", [](const httplib::Request&, httplib::Response& response) {
      response.status = 503;
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~CurlTransportTest() override {
    server_.stop();
    thread_.join();
  }

 protected:
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
  std::set<int> client_ports_;
};

// A listening socket that never answers; port() of a closed one is refused.
class SilentSocket {
 public:
  SilentSocket() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
    socklen_t length = sizeof address;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentSocket() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  int fd() const { return fd_; }

 private:
  int fd_;
  int port_ = 0;
};

TEST_F(CurlTransportTest, CarriesBodyHeadersAndUserAgent) {
  CurlTransport transport({.user_agent = "ec2-spotter/1.2"});
  const std::string body("a\0b&c", 5);

  const auto reply = transport.send({.method = "POST",
                                     .url = url("/echo"),
                                     .headers = {{"content-type", "text/x-test"}},
                                     .body = body});

  ASSERT_TRUE(reply) << reply.error().describe();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, body);
  EXPECT_EQ(reply->header("x-agent"), "ec2-spotter/1.2");
  EXPECT_EQ(reply->header("x-type"), "text/x-test");
}

TEST_F(CurlTransportTest, AddsNoHeaderThatTheCallerDidNotSign) {
  CurlTransport transport({});
  const auto put =
      transport.send({.method = "PUT", .url = url("/put"), .headers = {{"X-Ttl", "60"}}});
  const auto post =
      transport.send({.method = "POST", .url = url("/echo"), .body = std::string(5000, 'x')});

  ASSERT_TRUE(put && post);
  EXPECT_EQ(put->body, "60");
  EXPECT_EQ(post->header("x-type"), "none");
}

TEST_F(CurlTransportTest, UsesOneConnectionForManyRequests) {
  CurlTransport transport({});
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(transport.send({.method = "POST", .url = url("/echo"), .body = "x"}));
  }
  EXPECT_EQ(client_ports_.size(), 1U);
}

TEST_F(CurlTransportTest, AnyStatusIsAReplyAndRedirectsAreNotFollowed) {
  CurlTransport transport({});
  EXPECT_EQ(transport.send({.url = url("/broken")})->status, 503);
  EXPECT_EQ(transport.send({.url = url("/away")})->status, 302);
}

TEST_F(CurlTransportTest, RefusesAReplyOverTheLimit) {
  CurlTransport transport({.response_limit = 99'999});
  const auto reply = transport.send({.url = url("/long")});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::malformed_reply);

  CurlTransport enough({.response_limit = 100'000});
  EXPECT_TRUE(enough.send({.url = url("/long")}));
}

TEST_F(CurlTransportTest, RefusesHeaderInjectionAndOtherSchemes) {
  CurlTransport transport({});
  EXPECT_EQ(transport.send({.url = url("/echo"), .headers = {{"a", "b\r\nc: d"}}}).error().code,
            Errc::invalid);
  EXPECT_EQ(transport.send({.url = "file:///etc/passwd"}).error().code, Errc::invalid);
}

TEST(CurlTransportErrorTest, SaysWhyThereIsNoConnection) {
  SilentSocket socket;
  socket.close();
  CurlTransport transport({});

  const auto refused = transport.send({.url = socket.url()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::transport);
  EXPECT_NE(refused.error().message.find("cannot connect to " + socket.url().substr(0, 17)),
            std::string::npos)
      << refused.error().message;

  const auto unknown =
      transport.send({.url = "http://no-such-host.invalid/", .proxy = Proxy::none});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::transport);
  EXPECT_NE(unknown.error().message.find("DNS"), std::string::npos) << unknown.error().message;
}

TEST(CurlTransportErrorTest, TheDeadlineEndsASilentExchange) {
  const SilentSocket socket;
  CurlTransport transport({});
  const auto reply = transport.send({.url = socket.url(), .total_timeout = 50ms});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::timeout);
}

TEST(CurlTransportErrorTest, AConnectionLostInTheMiddleIsATransportError) {
  SilentSocket socket;
  std::thread server([&] {
    const int client = ::accept(socket.fd(), nullptr, nullptr);
    std::array<char, 1024> buffer{};
    EXPECT_GT(::read(client, buffer.data(), buffer.size()), 0);
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    EXPECT_EQ(::write(client, half.data(), half.size()), static_cast<ssize_t>(half.size()));
    ::close(client);
  });
  CurlTransport transport({});
  const auto reply = transport.send({.url = socket.url()});
  server.join();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::transport);
}

TEST(CurlTransportErrorTest, AnotherProtocolIsAMalformedReply) {
  SilentSocket socket;
  std::thread server([&] {
    const int client = ::accept(socket.fd(), nullptr, nullptr);
    std::array<char, 1024> buffer{};
    EXPECT_GT(::read(client, buffer.data(), buffer.size()), 0);
    const std::string text = "SSH-2.0-OpenSSH_9.2\r\n";
    EXPECT_EQ(::write(client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(client);
  });
  CurlTransport transport({});
  const auto reply = transport.send({.url = socket.url()});
  server.join();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::malformed_reply) << reply.error().message;
}

TEST(CurlTransportErrorTest, ACancelledRequestIsInterrupted) {
  const SilentSocket socket;
  CurlTransport transport({.cancelled = [] { return true; }});
  const auto reply = transport.send({.url = socket.url(), .total_timeout = 20s});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::interrupted);
}

}  // namespace
}  // namespace ec2spotter::aws
