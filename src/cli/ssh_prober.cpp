#include "cli/ssh_prober.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace ec2spotter::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProbeTime{2000};

constexpr std::size_t kProbesAtOnce = 256;

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Starts to connect; false when that fails at once.
bool start(const Socket& socket, const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(endpoint.port));
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) return false;
  const int started =
      ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return started == 0 || errno == EINPROGRESS;
}

// Looks at the greeting without taking it from the socket.
bool greets(int fd) {
  std::array<char, 4> greeting{};
  const ssize_t got = ::recv(fd, greeting.data(), greeting.size(), MSG_PEEK);
  return got == 4 && std::string_view(greeting.data(), 4) == "SSH-";
}

std::string in_hex(const unsigned char* data, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += fmt::format("{:02x}", data[i]);
  return text;
}

std::string key_of(ssh_session session) {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session, &key) != SSH_OK) return {};
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  const int hashed = ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size);
  ssh_key_free(key);
  if (hashed != 0) return {};
  std::string text = in_hex(hash, size);
  ssh_clean_pubkey_hash(&hash);
  return text;
}

// The key exchange with one server, in steps that do not block.
class KeyExchange {
 public:
  // `fd` stays the caller's, and outlives the exchange.
  explicit KeyExchange(int fd) : session_(ssh_new()) {
    if (session_ == nullptr) return;
    socket_t socket = fd;
    const int no_config = 0;
    ssh_options_set(session_.get(), SSH_OPTIONS_PROCESS_CONFIG, &no_config);
    ssh_options_set(session_.get(), SSH_OPTIONS_HOST, "probe");
    ssh_options_set(session_.get(), SSH_OPTIONS_FD, &socket);
    ssh_set_blocking(session_.get(), 0);
  }

  // Goes on as far as it can; false: it is over, one way or the other.
  bool step() {
    if (session_ == nullptr) return false;
    const int state = ssh_connect(session_.get());
    if (state == SSH_AGAIN) return true;
    if (state == SSH_OK) key_ = key_of(session_.get());
    return false;
  }

  const std::string& key() const { return key_; }

 private:
  struct Free {
    void operator()(ssh_session session) const { ssh_free(session); }
  };
  std::unique_ptr<ssh_session_struct, Free> session_;
  std::string key_;
};

// One endpoint on the way to its answer.
struct Asked {
  Socket socket;
  std::unique_ptr<KeyExchange> exchange;
  SshAnswer answer;

  // Reads what is there; false: there is nothing left to learn.
  bool go_on(bool wants_host_key) {
    if (exchange == nullptr) {
      answer.greets = greets(socket.fd());
      if (!answer.greets || !wants_host_key) return false;
      // The library closes what it is given.
      const int own = ::dup(socket.fd());
      if (own < 0) return false;
      exchange = std::make_unique<KeyExchange>(own);
    }
    if (exchange->step()) return true;
    answer.host_key = exchange->key();
    return false;
  }
};

// The answers of some endpoints; poll ignores a descriptor of -1, which marks those settled.
std::vector<SshAnswer> ask(const Endpoint* endpoints, std::size_t count) {
  std::vector<Asked> asked(count);
  std::vector<pollfd> watched(count);
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool started = asked[i].socket.fd() >= 0 && start(asked[i].socket, endpoints[i]);
    watched[i] = {.fd = started ? asked[i].socket.fd() : -1, .events = POLLIN, .revents = 0};
    left += started ? 1 : 0;
  }
  const auto end = SteadyClock::now() + kProbeTime;
  while (left > 0) {
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now());
    if (time.count() <= 0 || ::poll(watched.data(), count, static_cast<int>(time.count())) <= 0) {
      break;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      if (asked[i].go_on(endpoints[i].wants_host_key)) continue;
      watched[i].fd = -1;
      --left;
    }
  }
  std::vector<SshAnswer> answers;
  answers.reserve(count);
  for (Asked& each : asked) answers.push_back(std::move(each.answer));
  return answers;
}

}  // namespace

std::vector<SshAnswer> SshProber::ssh_answers(const std::vector<Endpoint>& endpoints) {
  std::vector<SshAnswer> all;
  for (std::size_t from = 0; from < endpoints.size(); from += kProbesAtOnce) {
    const auto some =
        ask(endpoints.data() + from, std::min(kProbesAtOnce, endpoints.size() - from));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace ec2spotter::cli
