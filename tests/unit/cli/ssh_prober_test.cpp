// The prober against real SSH servers, and against others.
#include "cli/ssh_prober.hpp"

#include <gtest/gtest.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace ec2spotter::cli {
namespace {

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

// Greets and exchanges keys with whoever comes, under a key of its own.
class SshServer {
 public:
  SshServer() : bind_(ssh_bind_new()) {
    ssh_key key = nullptr;
    EXPECT_EQ(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key), SSH_OK);
    const unsigned int any = 0;
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_BINDPORT, &any);
    ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_IMPORT_KEY, key);
    EXPECT_EQ(ssh_bind_listen(bind_), SSH_OK) << ssh_get_error(bind_);
    port_ = port_of(ssh_bind_get_fd(bind_));
    thread_ = std::thread([this] { serve(); });
  }
  ~SshServer() {
    stop_ = true;
    thread_.join();
    ssh_bind_free(bind_);
  }
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;

  int port() const { return port_; }

 private:
  void serve() {
    while (!stop_) {
      pollfd listening{.fd = ssh_bind_get_fd(bind_), .events = POLLIN, .revents = 0};
      if (::poll(&listening, 1, 20) <= 0) continue;
      ssh_session session = ssh_new();
      if (ssh_bind_accept(bind_, session) == SSH_OK) ssh_handle_key_exchange(session);
      ssh_disconnect(session);
      ssh_free(session);
    }
  }

  ssh_bind bind_;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Listens, and says `greeting` to whoever comes.
class TalkingServer {
 public:
  explicit TalkingServer(std::string greeting)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), greeting_(std::move(greeting)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~TalkingServer() {
    stop_ = true;
    thread_.join();
    for (const int fd : accepted_) ::close(fd);
    ::close(fd_);
  }
  TalkingServer(const TalkingServer&) = delete;
  TalkingServer& operator=(const TalkingServer&) = delete;

  int port() const { return port_of(fd_); }

 private:
  void serve() {
    while (!stop_) {
      pollfd listening{.fd = fd_, .events = POLLIN, .revents = 0};
      if (::poll(&listening, 1, 20) <= 0) continue;
      const int fd = ::accept(fd_, nullptr, nullptr);
      if (fd < 0) continue;
      accepted_.push_back(fd);
      EXPECT_EQ(::write(fd, greeting_.data(), greeting_.size()), std::ssize(greeting_));
    }
  }

  int fd_;
  std::string greeting_;
  std::vector<int> accepted_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

Endpoint at(int port, bool wants_host_key) {
  return {.host = "127.0.0.1", .port = port, .wants_host_key = wants_host_key};
}

TEST(SshProberTest, TellsServersApartByTheirHostKeys) {
  const SshServer one, other;
  SshProber prober;
  const auto answers = prober.ssh_answers(
      {at(one.port(), true), at(other.port(), true), at(one.port(), true), at(one.port(), false)});
  ASSERT_EQ(answers.size(), 4U);
  for (const SshAnswer& answer : answers) EXPECT_TRUE(answer.greets);
  EXPECT_EQ(answers[0].host_key.size(), 64U);
  EXPECT_NE(answers[0].host_key, answers[1].host_key);
  EXPECT_EQ(answers[0].host_key, answers[2].host_key);
  EXPECT_EQ(answers[3].host_key, "");
}

TEST(SshProberTest, WhatIsNoSshServerDelaysAndFoolsNobody) {
  const SshServer server;
  const TalkingServer web("HTTP/1.1 400 Bad Request\r\n\r\n"), mute(""), half("SSH-2.0-Hangs\r\n");
  SshProber prober;
  const auto answers = prober.ssh_answers({at(web.port(), true),
                                           at(mute.port(), true),
                                           at(half.port(), true),
                                           at(server.port(), true),
                                           {.host = "no address", .port = 22}});
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_FALSE(answers[0].greets);
  EXPECT_FALSE(answers[1].greets);
  EXPECT_TRUE(answers[2].greets);
  EXPECT_EQ(answers[2].host_key, "");
  EXPECT_TRUE(answers[3].greets);
  EXPECT_EQ(answers[3].host_key.size(), 64U);
  EXPECT_FALSE(answers[4].greets);
}

}  // namespace
}  // namespace ec2spotter::cli
