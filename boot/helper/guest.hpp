// Asks the metadata service every few seconds whether EC2 is about to take this instance. Says
// nothing and waits where there is no such service.
#pragma once

#include "helper/syscalls.hpp"

namespace ec2spotter::helper {

constexpr long kSeconds = 5;        // AWS's advice for how often to look
constexpr long kSecondsAlone = 60;  // without a metadata service
constexpr long kTokenMost = 128;
constexpr long kReplyMost = 2048;

struct Buffer {
  char text[kReplyMost];
  long size = 0;

  void add(const char* words) {
    while (*words != 0 && size + 1 < kReplyMost) text[size++] = *words++;
    text[size] = 0;
  }
};

inline void sleep(long seconds) {
  const long time[2] = {seconds, 0};
  call(nanosleep, address(time));
}

// A socket whose calls give up after two seconds.
inline long open_socket() {
  constexpr long kInternet = 2, kStream = 1, kSocketLevel = 1, kReceive = 20, kSend = 21;
  const long socket_fd = call(socket, kInternet, kStream);
  const long timeout[2] = {2, 0};
  call(setsockopt, socket_fd, kSocketLevel, kReceive, address(timeout), sizeof timeout);
  call(setsockopt, socket_fd, kSocketLevel, kSend, address(timeout), sizeof timeout);
  return socket_fd;
}

// The whole reply to one request; false: nobody answered.
inline bool ask(const Buffer& request, Buffer& reply) {
  // AF_INET, port 80, 169.254.169.254.
  const unsigned char service[16] = {2, 0, 0, 80, 169, 254, 169, 254};
  const long socket_fd = open_socket();
  reply.size = 0;
  if (call(connect, socket_fd, address(service), sizeof service) == 0 &&
      call(write, socket_fd, address(request.text), request.size) == request.size) {
    long got = 1;
    while (got > 0 && reply.size + 1 < kReplyMost) {
      got = call(read, socket_fd, address(reply.text + reply.size), kReplyMost - 1 - reply.size);
      if (got > 0) reply.size += got;
    }
  }
  reply.text[reply.size] = 0;
  call(close, socket_fd);
  return reply.size > 12;  // "HTTP/1.1 200"
}

inline bool has_status(const Buffer& reply, char first, char last) {
  return reply.text[9] == first && reply.text[11] == last;
}

inline const char* body_of(const Buffer& reply) {
  const char* at = reply.text;
  while (*at != 0 && !(at[0] == '\r' && at[1] == '\n' && at[2] == '\r' && at[3] == '\n')) ++at;
  return *at == 0 ? at : at + 4;
}

// One look at a path of the metadata service, with a token that is fetched when there is none.
class Metadata {
 public:
  // Clearing all of the token would be a call into a library.
  Metadata() { token_[0] = 0; }

  // The document at `path`; null: there is none now.
  const char* document(const char* path) {
    if (token_[0] == 0 && !renew()) return nullptr;
    Buffer request;
    request.add("GET /latest/meta-data/");
    request.add(path);
    request.add(" HTTP/1.0\r\nHost: 169.254.169.254\r\nX-aws-ec2-metadata-token: ");
    request.add(token_);
    request.add("\r\n\r\n");
    absent_ = !ask(request, reply_);
    if (absent_) return nullptr;
    if (has_status(reply_, '4', '1')) token_[0] = 0;
    return has_status(reply_, '2', '0') ? body_of(reply_) : nullptr;
  }
  bool absent() const { return absent_; }

 private:
  bool renew() {
    Buffer request;
    request.add(
        "PUT /latest/api/token HTTP/1.0\r\nHost: 169.254.169.254\r\n"
        "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 0\r\n\r\n");
    absent_ = !ask(request, reply_);
    if (absent_ || !has_status(reply_, '2', '0')) return false;
    const char* token = body_of(reply_);
    long size = 0;
    for (; token[size] != 0 && size + 1 < kTokenMost; ++size) token_[size] = token[size];
    token_[size] = 0;
    return true;
  }

  char token_[kTokenMost];
  bool absent_ = false;
  Buffer reply_;
};

// Runs the script and waits for its end.
inline void run(const char* script, const char* kind, const char* document, char** environment) {
  constexpr long kTellParent = 17;  // SIGCHLD
  const long child = call(clone, kTellParent);
  if (child == 0) {
    const char* const words[] = {"sh", script, kind, document, nullptr};
    call(execve, address("/bin/sh"), address(words), address(environment));
    end(127);
  }
  call(wait4, child);
}

// Runs `/bin/sh SCRIPT notice JSON` once there is an interruption notice, and then ends; before
// that, `SCRIPT rebalance JSON` once there is a rebalance recommendation.
[[noreturn]] inline void watch(const char* script, char** environment) {
  Metadata metadata;
  bool at_risk = false;
  while (true) {
    if (const char* notice = metadata.document("spot/instance-action")) {
      run(script, "notice", notice, environment);
      end(0);
    }
    const char* risk = at_risk ? nullptr : metadata.document("events/recommendations/rebalance");
    if (risk != nullptr) {
      at_risk = true;
      run(script, "rebalance", risk, environment);
    }
    sleep(metadata.absent() ? kSecondsAlone : kSeconds);
  }
}

}  // namespace ec2spotter::helper
