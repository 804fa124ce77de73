// Serves the metadata service over HTTP: one loopback port for each instance.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/net/sockets.hpp"
#include "sim/vm/metadata/metadata_service.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kRequestMost = 16UL * 1024;
constexpr std::size_t kConnectionsMost = 64;  // of one instance
constexpr std::size_t kUnsentMost = 256UL * 1024;
constexpr Duration kIdleMost = 30s;  // between requests, and from a request's begin to its end
constexpr int kTickMs = 5000;        // how often idle connections are looked for

const char* reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    default: return "Method Not Allowed";
  }
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

// The head of a request, up to its empty line. An empty method: this is not a head.
MetadataRequest parse_head(const std::string& head) {
  MetadataRequest request;
  const std::size_t end = head.find("\r\n");
  const std::string line = head.substr(0, end);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string::npos || last == first || !line.substr(last + 1).starts_with("HTTP/1")) {
    return request;
  }
  request.method = line.substr(0, first);
  request.path = line.substr(first + 1, last - first - 1);
  request.path = request.path.substr(0, request.path.find('?'));
  request.headers["connection"] = line.ends_with("HTTP/1.0") ? "close" : "keep-alive";
  std::size_t at = end == std::string::npos ? head.size() : end + 2;
  while (at < head.size()) {
    const std::size_t stop = std::min(head.find("\r\n", at), head.size());
    const std::string field = head.substr(at, stop - at);
    const std::size_t colon = field.find(':');
    if (colon != std::string::npos) {
      request.headers[lower(field.substr(0, colon))] = trimmed(field.substr(colon + 1));
    }
    at = stop + 2;
  }
  return request;
}

std::string render(const MetadataReply& reply, const MetadataRequest& request, bool close) {
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nServer: EC2ws\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
      "Connection: {}\r\n",
      reply.status, reason_phrase(reply.status), reply.body.size(), close ? "close" : "keep-alive");
  if (reply.token_ttl_seconds > 0) {
    text += fmt::format("X-Aws-Ec2-Metadata-Token-Ttl-Seconds: {}\r\n", reply.token_ttl_seconds);
  }
  text += "\r\n";
  if (request.method != "HEAD") text += reply.body;
  return text;
}

struct Connection {
  Fd socket;
  std::string instance_id;
  std::string received;
  std::string unsent;
  Deadline idle{kIdleMost};
  bool closing = false;  // after `unsent`
  bool gone = false;
};

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

void send_unsent(Connection& connection) {
  const ssize_t sent = ::send(connection.socket.get(), connection.unsent.data(),
                              connection.unsent.size(), MSG_NOSIGNAL);
  if (sent > 0) connection.unsent.erase(0, static_cast<std::size_t>(sent));
  if (sent < 0 && !would_block()) connection.gone = true;
  if (connection.unsent.empty() && connection.closing) connection.gone = true;
}

}  // namespace

class MetadataServer::Impl {
 public:
  explicit Impl(LookUpMetadata look_up)
      : look_up_(std::move(look_up)), thread_([this](const std::stop_token& s) { run(s); }) {}
  ~Impl() {
    thread_.request_stop();
    wakeup_.ring();
  }

  Result<std::uint16_t> add(const std::string& instance_id) {
    const std::lock_guard lock(mutex_);
    const auto found = listeners_.find(instance_id);
    if (found != listeners_.end()) return found->second.port;
    TRY(Listener listener, listen_on("127.0.0.1", 0));
    const std::uint16_t port = listener.port;
    listeners_.emplace(instance_id, std::move(listener));
    wakeup_.ring();
    return port;
  }

  void remove(const std::string& instance_id) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(instance_id);
    wakeup_.ring();
  }

 private:
  struct Watched {
    std::vector<pollfd> polled;
    std::vector<std::string> listeners;
    std::vector<Connection*> connections;
  };

  Watched watch() {
    Watched watched;
    watched.polled.push_back({wakeup_.fd(), POLLIN, 0});
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, listener] : listeners_) {
        watched.polled.push_back({listener.socket.get(), POLLIN, 0});
        watched.listeners.push_back(id);
      }
      connections_.remove_if([&](const Connection& connection) {
        return connection.gone || connection.idle.passed() ||
               !listeners_.contains(connection.instance_id);
      });
      std::erase_if(tokens_, [&](const auto& entry) { return !listeners_.contains(entry.first); });
    }
    for (Connection& connection : connections_) {
      const short events = connection.unsent.empty() ? POLLIN : POLLOUT;
      watched.polled.push_back({connection.socket.get(), events, 0});
      watched.connections.push_back(&connection);
    }
    return watched;
  }

  void accept_for(const std::string& instance_id) {
    Fd socket;
    {
      const std::lock_guard lock(mutex_);
      const auto found = listeners_.find(instance_id);
      if (found == listeners_.end()) return;
      socket = accept_from(found->second.socket);
    }
    const auto own = std::count_if(
        connections_.begin(), connections_.end(),
        [&](const Connection& each) { return !each.gone && each.instance_id == instance_id; });
    if (!socket || own >= static_cast<std::ptrdiff_t>(kConnectionsMost)) return;
    Connection& connection = connections_.emplace_back();
    connection.socket = std::move(socket);
    connection.instance_id = instance_id;
  }

  void receive(Connection& connection) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && would_block()) return;
    if (got <= 0 || connection.received.size() + static_cast<std::size_t>(got) > kRequestMost) {
      connection.gone = true;
      return;
    }
    if (connection.received.empty()) connection.idle = Deadline(kIdleMost);
    connection.received.append(buffer.data(), static_cast<std::size_t>(got));
    answer_received(connection);
  }

  // No request of this service has a body, so the bytes after a head are the next request.
  void answer_received(Connection& connection) {
    std::size_t end = 0;
    while (!connection.closing && connection.unsent.size() < kUnsentMost &&
           (end = connection.received.find("\r\n\r\n")) != std::string::npos) {
      const MetadataRequest request = parse_head(connection.received.substr(0, end));
      connection.received.erase(0, end + 4);
      connection.idle = Deadline(kIdleMost);
      MetadataReply reply{.status = 400, .body = "Bad Request"};
      if (!request.method.empty()) {
        reply = answer_metadata(request, look_up_(connection.instance_id),
                                tokens_[connection.instance_id], std::chrono::steady_clock::now());
      }
      const auto option = request.headers.find("connection");
      const auto length = request.headers.find("content-length");
      connection.closing = option == request.headers.end() || lower(option->second) == "close" ||
                           (length != request.headers.end() && length->second != "0");
      connection.unsent += render(reply, request, connection.closing);
    }
    if (!connection.unsent.empty()) send_unsent(connection);
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Watched watched = watch();
      if (::poll(watched.polled.data(), watched.polled.size(), kTickMs) <= 0) continue;
      wakeup_.clear();
      const std::size_t first = 1 + watched.listeners.size();
      for (std::size_t i = 0; i < watched.connections.size(); ++i) {
        if (watched.polled[first + i].revents == 0) continue;
        Connection& connection = *watched.connections[i];
        if (connection.unsent.empty()) {
          receive(connection);
        } else {
          send_unsent(connection);
          if (connection.unsent.empty() && !connection.gone) answer_received(connection);
        }
      }
      for (std::size_t i = 0; i < watched.listeners.size(); ++i) {
        if (watched.polled[1 + i].revents != 0) accept_for(watched.listeners[i]);
      }
    }
  }

  LookUpMetadata look_up_;
  Wakeup wakeup_;
  std::mutex mutex_;  // of listeners_; never held while look_up_ runs
  std::map<std::string, Listener> listeners_;
  // Of the thread alone:
  std::list<Connection> connections_;
  std::map<std::string, MetadataTokens> tokens_;
  std::jthread thread_;
};

MetadataServer::MetadataServer(LookUpMetadata look_up)
    : impl_(std::make_unique<Impl>(std::move(look_up))) {}
MetadataServer::~MetadataServer() = default;
Result<std::uint16_t> MetadataServer::add(const std::string& id) { return impl_->add(id); }
void MetadataServer::remove(const std::string& id) { impl_->remove(id); }

}  // namespace ec2spotter::sim
