// AWS credentials as values whose printed form never shows a secret.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

// Text that nobody may see: printing it gives "(hidden)"; reveal() is for signing only.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token = {};  // empty for long-lived keys
  std::optional<TimePoint> expires = std::nullopt;
  std::string source = {};   // "the environment", "profile 'work'", ...
  std::string renewal = {};  // what the user does when they have expired
  bool operator==(const Credentials&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Secret& secret);
std::ostream& operator<<(std::ostream& stream, const Credentials& credentials);
// "AKIA... from the environment".
std::string to_string(const Credentials& credentials);

// Hands out credentials that are valid now.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // Errors: unauthorized with what the user can do; io; invalid; transport and timeout.
  virtual Result<Credentials> get() = 0;
  // AWS refused the last ones: the next get() looks again.
  virtual void forget() = 0;
};

}  // namespace ec2spotter::aws
