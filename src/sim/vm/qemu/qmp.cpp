#include "sim/vm/qemu/qmp.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAnswerWithin = 60s;  // generous: an emulator that is starved of processor time
constexpr std::size_t kDocumentMost = 4UL * 1024 * 1024;

}  // namespace

std::optional<Qmp::Json> Qmp::take_document() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  Json document = Json::parse(received_.substr(0, end), nullptr, false);
  received_.erase(0, end + 1);
  return document;
}

Result<void> Qmp::read_available() {
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      if (received_.find('\n') != std::string::npos) break;
      return fail(Errc::io, "QEMU has ended");
    }
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    if (received_.size() > kDocumentMost) return fail(Errc::malformed_reply, "QMP: too long");
  }
  return {};
}

Result<Qmp::Json> Qmp::next_document(const Deadline& deadline) {
  for (;;) {
    if (auto document = take_document()) {
      if (!document->is_object()) return fail(Errc::malformed_reply, "QMP: not an object");
      return std::move(*document);
    }
    std::array<pollfd, 2> polled{pollfd{fd(), POLLIN, 0}, pollfd{cancel_, POLLIN, 0}};
    const int ready = ::poll(polled.data(), polled.size(), deadline.left_ms());
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fail(Errc::timeout, "QEMU does not answer");
    if (polled[1].revents != 0) return fail(Errc::interrupted, "given up");
    TRY_VOID(read_available());
  }
}

Result<void> Qmp::negotiate() {
  TRY(const Json greeting, next_document(Deadline(kAnswerWithin)));
  if (!greeting.contains("QMP")) return fail(Errc::malformed_reply, "QMP: no greeting");
  TRY_VOID(call("qmp_capabilities"));
  return {};
}

Result<Qmp::Json> Qmp::call(const std::string& command, Json arguments) {
  const std::string line =
      Json{{"execute", command}, {"arguments", std::move(arguments)}}.dump() + "\n";
  if (::send(fd(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return fail(Errc::io, "QEMU has ended");
  }
  const Deadline deadline(kAnswerWithin);
  for (;;) {
    TRY(Json document, next_document(deadline));
    if (document.contains("event")) {
      events_.push_back(std::move(document));
    } else if (document.contains("return")) {
      return std::move(document["return"]);
    } else if (document.contains("error")) {
      return fail(Errc::internal, command + ": " + document["error"].value("desc", "refused"));
    }
  }
}

std::optional<Qmp::Json> Qmp::next_event() {
  while (auto document = take_document()) {
    if (document->is_object() && document->contains("event")) {
      events_.push_back(std::move(*document));
    }
  }
  if (events_.empty()) return std::nullopt;
  Json event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace ec2spotter::sim
