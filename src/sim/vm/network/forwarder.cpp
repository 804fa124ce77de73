#include "sim/vm/network/forwarder.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/net/sockets.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kBufferMost = 64UL * 1024;
constexpr std::size_t kConnectionsMost = 256;

// One direction of a joined connection.
struct Flow {
  std::string waiting;
  bool ended = false;     // the source has no more
  bool end_told = false;  // the target knows
};

struct Joined {
  std::string public_ip;
  std::string instance_id;
  std::array<Fd, 2> ends;     // client, instance
  std::array<Flow, 2> flows;  // flows[i]: what was read from ends[i]
  bool broken = false;

  short wanted(std::size_t end) const {
    const Flow& from = flows[end];
    const Flow& to = flows[1 - end];
    const bool read = !from.ended && from.waiting.size() < kBufferMost;
    const bool write = !to.waiting.empty() || (to.ended && !to.end_told);
    return static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0));
  }
  bool finished() const { return broken || (flows[0].end_told && flows[1].end_told); }
};

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

void read_from(Joined& joined, std::size_t end) {
  std::array<char, kBufferMost> buffer{};
  Flow& flow = joined.flows[end];
  const ssize_t got = ::recv(joined.ends[end].get(), buffer.data(), buffer.size(), 0);
  if (got > 0) flow.waiting.append(buffer.data(), static_cast<std::size_t>(got));
  if (got == 0) flow.ended = true;
  if (got < 0 && !would_block()) joined.broken = true;
}

void write_to(Joined& joined, std::size_t end) {
  Flow& flow = joined.flows[1 - end];
  const int fd = joined.ends[end].get();
  if (!flow.waiting.empty()) {
    const ssize_t sent = ::send(fd, flow.waiting.data(), flow.waiting.size(), MSG_NOSIGNAL);
    if (sent > 0) flow.waiting.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && !would_block()) joined.broken = true;
  }
  if (flow.waiting.empty() && flow.ended && !flow.end_told) {
    ::shutdown(fd, SHUT_WR);
    flow.end_told = true;
  }
}

void serve(Joined& joined, std::size_t end, short events) {
  const short wanted = joined.wanted(end);
  if ((events & POLLOUT) != 0) write_to(joined, end);
  if ((events & POLLIN) != 0) {
    read_from(joined, end);
  } else if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0 && (wanted & POLLIN) == 0) {
    joined.broken = true;
  } else if ((events & (POLLERR | POLLHUP)) != 0) {
    read_from(joined, end);
  }
}

}  // namespace

class Forwarder::Impl {
 public:
  explicit Impl(std::uint16_t port)
      : port_(port), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~Impl() {
    thread_.request_stop();
    wakeup_.ring();
  }

  Result<void> route(const std::string& public_ip, const std::string& instance_id) {
    const std::lock_guard lock(mutex_);
    cut_if([&](const Joined& joined) {
      return joined.public_ip == public_ip && joined.instance_id != instance_id;
    });
    if (instance_id.empty()) {
      addresses_.erase(public_ip);
      wakeup_.ring();
      return {};
    }
    if (!public_ip.starts_with("127.")) {
      return fail(Errc::invalid, public_ip + " is not a loopback address");
    }
    Address& address = addresses_[public_ip];
    address.instance_id = instance_id;
    if (address.listener) return {};
    auto listener = listen_on(public_ip, port_);
    if (!listener) {
      addresses_.erase(public_ip);
      return fail(listener.error().code,
                  listener.error().message + "; another port for ssh may be free");
    }
    address.listener = std::move(listener->socket);
    wakeup_.ring();
    return {};
  }

  void set_backend(const std::string& instance_id, std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    backends_[instance_id] = port;
    if (port != 0) return;
    backends_.erase(instance_id);
    cut_if([&](const Joined& joined) { return joined.instance_id == instance_id; });
  }

 private:
  struct Address {
    std::string instance_id;
    Fd listener;
  };

  // Only marks and shuts down: the thread may be polling these descriptors.
  template <class Condition>
  void cut_if(Condition condition) {
    for (Joined& joined : joined_) {
      if (!condition(joined)) continue;
      joined.broken = true;
      for (const Fd& end : joined.ends) ::shutdown(end.get(), SHUT_RDWR);
    }
    wakeup_.ring();
  }

  void accept_on(const std::string& public_ip, Address& address) {
    Fd client = accept_from(address.listener);
    if (!client || joined_.size() >= kConnectionsMost) return;
    const auto backend = backends_.find(address.instance_id);
    if (backend == backends_.end()) return;
    auto instance = connect_local(backend->second);
    if (!instance) return;
    joined_.push_back({.public_ip = public_ip,
                       .instance_id = address.instance_id,
                       .ends = {std::move(client), std::move(*instance)},
                       .flows = {},
                       .broken = false});
  }

  // What poll watches, and what each descriptor is.
  struct Watched {
    std::vector<pollfd> polled;
    std::vector<std::string> addresses;
    std::vector<Joined*> joined;
  };

  Watched watch() {
    const std::lock_guard lock(mutex_);
    Watched watched;
    watched.polled.push_back({wakeup_.fd(), POLLIN, 0});
    for (const auto& [ip, address] : addresses_) {
      watched.polled.push_back({address.listener.get(), POLLIN, 0});
      watched.addresses.push_back(ip);
    }
    joined_.remove_if([](const Joined& joined) { return joined.finished(); });
    for (Joined& joined : joined_) {
      for (std::size_t end = 0; end < 2; ++end) {
        watched.polled.push_back({joined.ends[end].get(), joined.wanted(end), 0});
      }
      watched.joined.push_back(&joined);
    }
    return watched;
  }

  void handle(const Watched& watched) {
    const std::lock_guard lock(mutex_);
    const std::size_t first_joined = 1 + watched.addresses.size();
    for (std::size_t i = 0; i < watched.joined.size(); ++i) {
      for (std::size_t end = 0; end < 2; ++end) {
        const short events = watched.polled[first_joined + 2 * i + end].revents;
        if (events != 0 && !watched.joined[i]->broken) serve(*watched.joined[i], end, events);
      }
    }
    for (std::size_t i = 0; i < watched.addresses.size(); ++i) {
      const auto found = addresses_.find(watched.addresses[i]);
      if (watched.polled[1 + i].revents == 0 || found == addresses_.end()) continue;
      accept_on(found->first, found->second);
    }
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Watched watched = watch();
      if (::poll(watched.polled.data(), watched.polled.size(), -1) <= 0) continue;
      wakeup_.clear();
      handle(watched);
    }
  }

  const std::uint16_t port_;
  Wakeup wakeup_;
  std::mutex mutex_;  // of everything below but the thread
  std::map<std::string, Address> addresses_;
  std::map<std::string, std::uint16_t> backends_;
  std::list<Joined> joined_;  // entries are removed by the thread only
  std::jthread thread_;
};

Forwarder::Forwarder(std::uint16_t port) : impl_(std::make_unique<Impl>(port)) {}
Forwarder::~Forwarder() = default;

Result<void> Forwarder::route(const std::string& public_ip, const std::string& instance_id) {
  return impl_->route(public_ip, instance_id);
}

void Forwarder::set_backend(const std::string& instance_id, std::uint16_t port) {
  impl_->set_backend(instance_id, port);
}

}  // namespace ec2spotter::sim
