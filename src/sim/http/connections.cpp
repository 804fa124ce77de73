#include "sim/http/connections.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/net/deadline.hpp"
#include "sim/net/sockets.hpp"

namespace ec2spotter::sim {
namespace {

constexpr int kTickMs = 1000;  // how often deadlines are looked for
constexpr Duration kDrainMost = std::chrono::seconds(3);
constexpr std::size_t kDrainedMost = 16UL * 1024 * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

struct Connection {
  // draining: the reply is sent, and further bytes of the client are read and dropped; with unread
  // bytes, the kernel would discard the reply.
  enum class Phase { receiving, being_served, sending, draining, ended };

  Fd socket;
  std::uint64_t number = 0;
  Phase phase = Phase::receiving;
  std::string received = {}, unsent = {};
  std::size_t sent = 0;        // of `unsent`; while draining, what was read away
  bool close_after = false;    // `unsent`
  bool told_continue = false;  // for the request that is being received
  Deadline deadline;           // of the request that has begun, or of the idleness
  SteadyTime waiting_since = std::chrono::steady_clock::now();
};

struct Work {
  std::uint64_t number = 0;  // of the connection
  std::string request;
  ReplyBytes reply = {};
};

}  // namespace

class Connections::Impl {
 public:
  Impl(Listener listener, Trust trust, ConnectionHandlers handlers, ConnectionLimits limits)
      : limits_(limits),
        trust_(std::move(trust)),
        handlers_(std::move(handlers)),
        listener_(std::move(listener)) {
    for (int i = 0; i < limits_.workers; ++i) {
      workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  ~Impl() {
    thread_.request_stop();
    wakeup_.ring();
    thread_.join();
    for (std::jthread& worker : workers_) worker.request_stop();
    has_work_.notify_all();
  }

  int port() const { return listener_.port; }

 private:
  using Phase = Connection::Phase;

  void work(const std::stop_token& stop) {
    while (true) {
      Work work;
      {
        std::unique_lock lock(mutex_);
        has_work_.wait(lock, stop, [&] { return !todo_.empty(); });
        if (stop.stop_requested()) return;
        work = std::move(todo_.front());
        todo_.pop_front();
      }
      work.reply = handlers_.serve(work.request);
      {
        const std::lock_guard lock(mutex_);
        done_.push_back(std::move(work));
      }
      wakeup_.ring();
    }
  }

  // ---- of the one thread that has the connections

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> polled{{wakeup_.fd(), POLLIN, 0}, {listener_.socket.get(), POLLIN, 0}};
      std::vector<Connection*> order;
      for (Connection& connection : connections_) {
        const bool reads =
            connection.phase == Phase::receiving || connection.phase == Phase::draining;
        const int events = reads ? POLLIN : connection.phase == Phase::sending ? POLLOUT : 0;
        polled.push_back({connection.socket.get(), static_cast<short>(events), 0});
        order.push_back(&connection);
      }
      if (::poll(polled.data(), polled.size(), kTickMs) < 0 && errno != EINTR) return;
      wakeup_.clear();
      take_done();
      for (std::size_t i = 0; i < order.size(); ++i) serve_socket(*order[i], polled[i + 2].revents);
      if (polled[1].revents != 0) accept_all();
      end_overdue();
      connections_.remove_if([](const Connection& each) { return each.phase == Phase::ended; });
    }
  }

  void serve_socket(Connection& connection, short events) {
    if (events == 0) return;
    if ((events & (POLLERR | POLLNVAL)) != 0) connection.phase = Phase::ended;
    if (connection.phase == Phase::receiving) {
      receive(connection);
    } else if (connection.phase == Phase::sending) {
      send(connection);
    } else if (connection.phase == Phase::draining) {
      drain(connection);
    }
    // Otherwise poll would report a client that left during its request again and again.
    if (connection.phase == Phase::being_served && (events & POLLHUP) != 0) {
      connection.phase = Phase::ended;
    }
  }

  void take_done() {
    std::vector<Work> done;
    {
      const std::lock_guard lock(mutex_);
      done.swap(done_);
    }
    for (Work& work : done) {
      const auto found =
          std::find_if(connections_.begin(), connections_.end(),
                       [&](const Connection& each) { return each.number == work.number; });
      if (found == connections_.end() || found->phase == Phase::ended) continue;
      begin_sending(*found, std::move(work.reply.bytes), work.reply.close);
    }
  }

  void accept_all() {
    while (Fd socket = accept_from(listener_.socket)) {
      if (connections_.size() >= limits_.connections_most && !make_room()) return;
      connections_.push_back({.socket = std::move(socket),
                              .number = ++last_number_,
                              .deadline = Deadline(limits_.idle_most)});
    }
  }

  // Closes the connection that has kept the server waiting longest. False: all others are being
  // served.
  bool make_room() {
    Connection* longest = nullptr;
    for (Connection& each : connections_) {
      if (each.phase == Phase::being_served || each.phase == Phase::ended) continue;
      if (longest == nullptr || each.waiting_since < longest->waiting_since) longest = &each;
    }
    if (longest == nullptr) return false;
    end(*longest);
    return true;
  }

  void receive(Connection& connection) {
    std::array<char, 64UL * 1024> buffer{};
    const ssize_t got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && would_block()) return;
    if (got <= 0) return end(connection);
    if (connection.received.empty()) connection.deadline = Deadline(limits_.request_within);
    connection.received.append(buffer.data(), static_cast<std::size_t>(got));
    buffered_ += static_cast<std::size_t>(got);
    judge(connection);
    while (buffered_ > limits_.buffered_most && make_room()) {
    }
  }

  // Hands the request on when all of it is here.
  void judge(Connection& connection) {
    const Framed request = frame(connection.received);
    Refusal refusal = request.refusal;
    if (refusal.status == 0 && request.size != 0) refusal = distrust(request, trust_);
    if (refusal.status != 0) {
      return begin_sending(connection, handlers_.refuse(request, refusal), true);
    }
    if (!request.complete) {
      if (request.size != 0 && request.wants_continue && !connection.told_continue) {
        connection.told_continue = true;
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        static_cast<void>(
            ::send(connection.socket.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL));
      }
      return;
    }
    Work work{.number = connection.number, .request = connection.received.substr(0, request.size)};
    connection.received.erase(0, request.size);
    buffered_ -= request.size;
    connection.phase = Phase::being_served;
    {
      const std::lock_guard lock(mutex_);
      todo_.push_back(std::move(work));
    }
    has_work_.notify_one();
  }

  void begin_sending(Connection& connection, std::string bytes, bool close) {
    connection.phase = Phase::sending;
    connection.unsent = std::move(bytes);
    connection.sent = 0;
    connection.close_after = close;
    connection.deadline = Deadline(limits_.idle_most);
    connection.waiting_since = std::chrono::steady_clock::now();
    send(connection);
  }

  void send(Connection& connection) {
    const ssize_t sent = ::send(connection.socket.get(), connection.unsent.data() + connection.sent,
                                connection.unsent.size() - connection.sent, MSG_NOSIGNAL);
    if (sent < 0 && would_block()) return;
    if (sent < 0) return end(connection);
    connection.sent += static_cast<std::size_t>(sent);
    connection.deadline = Deadline(limits_.idle_most);
    if (connection.sent < connection.unsent.size()) return;
    connection.unsent.clear();
    if (connection.close_after) return begin_draining(connection);
    connection.phase = Phase::receiving;
    connection.told_continue = false;
    connection.waiting_since = std::chrono::steady_clock::now();
    if (connection.received.empty()) return;
    connection.deadline = Deadline(limits_.request_within);
    judge(connection);
  }

  void end_overdue() {
    for (Connection& connection : connections_) {
      if (!connection.deadline.passed() || connection.phase == Phase::being_served) continue;
      if (connection.phase == Phase::receiving && !connection.received.empty()) {
        begin_sending(connection,
                      handlers_.refuse(frame(connection.received),
                                       {408, "the request was not complete in time"}),
                      true);
      } else if (connection.phase != Phase::ended) {
        end(connection);
      }
    }
  }

  void forget_received(Connection& connection) {
    buffered_ -= connection.received.size();
    connection.received.clear();
  }

  void end(Connection& connection) {
    forget_received(connection);
    connection.phase = Phase::ended;
  }

  void begin_draining(Connection& connection) {
    ::shutdown(connection.socket.get(), SHUT_WR);
    forget_received(connection);
    connection.phase = Phase::draining;
    connection.deadline = Deadline(kDrainMost);
    connection.sent = 0;
  }

  void drain(Connection& connection) {
    std::array<char, 64UL * 1024> rest{};
    const ssize_t got = ::recv(connection.socket.get(), rest.data(), rest.size(), 0);
    if (got < 0 && would_block()) return;
    if (got > 0) connection.sent += static_cast<std::size_t>(got);
    if (got <= 0 || connection.sent > kDrainedMost) end(connection);
  }

  const ConnectionLimits limits_;
  const Trust trust_;
  const ConnectionHandlers handlers_;
  Listener listener_;
  Wakeup wakeup_;
  std::list<Connection> connections_;
  std::uint64_t last_number_ = 0;
  std::size_t buffered_ = 0;

  std::mutex mutex_;  // of what follows
  std::condition_variable_any has_work_;
  std::deque<Work> todo_;
  std::vector<Work> done_;
  std::vector<std::jthread> workers_;
  std::jthread thread_;
};

Result<std::unique_ptr<Connections>> Connections::listen(const std::string& host, int port,
                                                         Trust trust, ConnectionHandlers handlers,
                                                         ConnectionLimits limits) {
  TRY(Listener listener, listen_on(host, static_cast<std::uint16_t>(port)));
  return std::unique_ptr<Connections>(new Connections(
      std::make_unique<Impl>(std::move(listener), std::move(trust), std::move(handlers), limits)));
}

Connections::Connections(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connections::~Connections() = default;

int Connections::port() const { return impl_->port(); }

}  // namespace ec2spotter::sim
