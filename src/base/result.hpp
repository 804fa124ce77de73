// The project's one way to fail: Result<T>, and the Error it carries.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Declared nodiscard before the library defines it: a dropped result is then a compiler error.
namespace tl {
template <class T, class E>
class [[nodiscard]] expected;
}
#include <tl/expected.hpp>

namespace ec2spotter {

// What went wrong, by what the caller can do about it.
enum class Errc {
  throttled,        // retry after backoff
  no_capacity,      // try another pool; knowledge with a lifetime, not a failure
  quota,            // an account limit; another pool may help, a person must raise it
  not_found,        // the thing named does not exist, or is not visible yet
  wrong_state,      // re-read, then decide
  already_done,     // the wanted effect already holds
  unauthorized,     // credentials or rights; ask the user
  clock_skew,       // the request time was refused; repair from the Date header once
  invalid,          // the request or the user's input is wrong
  refused,          // we decline: it would destroy or break a safety rule
  transport,        // no reply, or a server error: the effect is unknown, look before retrying
  timeout,          // a deadline passed
  unreachable,      // nobody has ever answered: the address or the network is wrong, or not up yet
  malformed_reply,  // the reply cannot be understood
  io,               // the local machine failed us
  interrupted,      // the user asked to stop
  internal,         // anything that we do not react to
};

std::string_view to_string(Errc code);

struct Error {
  Errc code = Errc::internal;
  std::string message;                    // what, because, do this
  std::string api_code = {};              // EC2's own error code, where there is one
  std::string request_id = {};            // EC2's request id, where there is one
  std::vector<std::string> context = {};  // innermost first; see with_context

  bool operator==(const Error&) const = default;

  // One line for a person: the contexts outermost first, then the message and EC2's code.
  std::string describe() const;
};

template <class T>
using Result = tl::expected<T, Error>;

// An error ready to be returned from a function with any Result type.
inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

// `error` with `what` put in front, for a layer border: "launching machine 'x'".
Error with_context(Error error, std::string what);

// Prints the expression and place, then aborts. For bugs only; stays on in release builds.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace ec2spotter

#define EC2SPOTTER_CONCAT_(a, b) a##b
#define EC2SPOTTER_CONCAT(a, b) EC2SPOTTER_CONCAT_(a, b)

// TRY(auto x, f()): declares `x` from the success of f(), or returns its error.
#define TRY(decl, expr) EC2SPOTTER_TRY_(EC2SPOTTER_CONCAT(try_result_, __LINE__), decl, expr)
#define EC2SPOTTER_TRY_(name, decl, expr)               \
  auto name = (expr);                                   \
  if (!name) {                                          \
    return ::ec2spotter::fail(std::move(name).error()); \
  }                                                     \
  decl = std::move(name).value()

// TRY_VOID(f()): returns the error of f(), whose success carries nothing of interest.
#define TRY_VOID(expr)                                               \
  do {                                                               \
    if (auto try_void_result = (expr); !try_void_result) {           \
      return ::ec2spotter::fail(std::move(try_void_result).error()); \
    }                                                                \
  } while (false)

#define CHECK(cond) ((cond) ? void(0) : ::ec2spotter::check_failed(#cond, __FILE__, __LINE__))
