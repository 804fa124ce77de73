#include "sim/http/router.hpp"

#include <utility>

namespace ec2spotter::sim {
namespace {

// A whole request in memory, for the HTTP library to read; it writes its reply here.
class MemoryStream final : public httplib::Stream {
 public:
  explicit MemoryStream(const std::string& request) : request_(request) {}
  std::string reply;

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = request_.copy(to, size, at_);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    reply.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  const std::string& request_;
  std::size_t at_ = 0;
};

}  // namespace

ReplyBytes Router::serve(const std::string& request) {
  MemoryStream stream(request);
  bool closed = false;
  const bool done = process_request(stream, false, closed, nullptr);
  return {std::move(stream.reply), closed || !done};
}

}  // namespace ec2spotter::sim
