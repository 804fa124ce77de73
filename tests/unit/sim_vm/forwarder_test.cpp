// Public addresses that lead to whichever instance has them.
#include "sim/vm/network/forwarder.hpp"

#include <gtest/gtest.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include "sim/net/sockets.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

// A stand-in for a guest's sshd: says its name to whoever connects.
class Guest {
 public:
  explicit Guest(const std::string& name) {
    server_.Get("/", [name](const httplib::Request&, httplib::Response& r) {
      r.set_content(name, "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Guest() {
    server_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

std::uint16_t free_port() { return listen_on("127.77.0.1", 0)->port; }

class ForwarderTest : public testing::Test {
 protected:
  // Who answers at the address; "" when nobody does.
  std::string answer_at(const std::string& ip) {
    httplib::Client client(ip, port_);
    client.set_connection_timeout(5s);
    const auto reply = client.Get("/");
    return reply ? reply->body : "";
  }

  std::uint16_t port_ = free_port();
  Forwarder forwarder_{port_};
  Guest first_{"first"};
  Guest second_{"second"};
};

TEST_F(ForwarderTest, AnAddressMovesFromOneInstanceToAnother) {
  forwarder_.set_backend("i-1", first_.port());
  forwarder_.set_backend("i-2", second_.port());

  ASSERT_TRUE(forwarder_.route("127.77.0.1", "i-1"));
  EXPECT_EQ(answer_at("127.77.0.1"), "first");
  ASSERT_TRUE(forwarder_.route("127.77.0.1", "i-2"));
  EXPECT_EQ(answer_at("127.77.0.1"), "second");
}

TEST_F(ForwarderTest, AnAddressOfNobodyOrOfAnInstanceThatIsOffDoesNotAnswer) {
  ASSERT_TRUE(forwarder_.route("127.77.0.1", "i-1"));
  EXPECT_EQ(answer_at("127.77.0.1"), "");

  forwarder_.set_backend("i-1", first_.port());
  EXPECT_EQ(answer_at("127.77.0.1"), "first");

  forwarder_.set_backend("i-1", 0);
  EXPECT_EQ(answer_at("127.77.0.1"), "");

  forwarder_.set_backend("i-1", first_.port());
  ASSERT_TRUE(forwarder_.route("127.77.0.1", ""));
  EXPECT_EQ(answer_at("127.77.0.1"), "");
}

TEST_F(ForwarderTest, AMovedAddressCutsItsConnections) {
  const auto guest = listen_on("127.0.0.1", 0);
  forwarder_.set_backend("i-1", guest->port);
  ASSERT_TRUE(forwarder_.route("127.0.0.1", "i-1"));
  const auto client = connect_local(port_);
  ASSERT_TRUE(client);
  pollfd waiting{guest->socket.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 5000), 1);
  const Fd accepted = accept_from(guest->socket);
  ASSERT_TRUE(accepted);

  ASSERT_TRUE(forwarder_.route("127.0.0.1", "i-2"));

  pollfd ended{client->get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ended, 1, 5000), 1);
  char byte = 0;
  EXPECT_LE(::recv(client->get(), &byte, 1, 0), 0);
}

TEST_F(ForwarderTest, OnlyLoopbackAddressesCanBeRouted) {
  EXPECT_EQ(forwarder_.route("10.0.0.1", "i-1").error().code, Errc::invalid);
  EXPECT_EQ(forwarder_.route("127.x", "i-1").error().code, Errc::invalid);
}

}  // namespace
}  // namespace ec2spotter::sim
