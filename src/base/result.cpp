#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace ec2spotter {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::throttled: return "throttled";
    case Errc::no_capacity: return "no_capacity";
    case Errc::quota: return "quota";
    case Errc::not_found: return "not_found";
    case Errc::wrong_state: return "wrong_state";
    case Errc::already_done: return "already_done";
    case Errc::unauthorized: return "unauthorized";
    case Errc::clock_skew: return "clock_skew";
    case Errc::invalid: return "invalid";
    case Errc::refused: return "refused";
    case Errc::transport: return "transport";
    case Errc::timeout: return "timeout";
    case Errc::unreachable: return "unreachable";
    case Errc::malformed_reply: return "malformed_reply";
    case Errc::io: return "io";
    case Errc::interrupted: return "interrupted";
    case Errc::internal: return "internal";
  }
  return "internal";
}

std::string Error::describe() const {
  std::string line;
  for (auto it = context.rbegin(); it != context.rend(); ++it) line += *it + ": ";
  line += message;
  if (!api_code.empty()) line += " (" + api_code + ")";
  return line;
}

Error with_context(Error error, std::string what) {
  error.context.push_back(std::move(what));
  return error;
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace ec2spotter
