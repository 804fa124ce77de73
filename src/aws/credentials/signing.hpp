// Signing a request and sending it, with a wrong local clock repaired on the way.
#pragma once

#include "aws/credentials/credentials.hpp"
#include "aws/net/http.hpp"
#include "aws/sigv4/sigv4.hpp"

namespace ec2spotter::aws {

// A clock plus what AWS says is missing from it. `base` outlives it.
class CorrectedClock final : public Clock {
 public:
  explicit CorrectedClock(const Clock& base) : base_(base) {}
  TimePoint now() const override { return base_.now() + offset_; }
  TimePoint local_now() const { return base_.now(); }
  // AWS's time minus the local time; zero until a reply has shown another.
  Duration offset() const { return offset_; }
  void set_offset(Duration offset) { offset_ = offset; }

 private:
  const Clock& base_;
  Duration offset_{0};
};

// Adds Host, X-Amz-Date, X-Amz-Security-Token and Authorization; every header is signed.
// Errors: invalid when the request's address is none.
Result<void> sign(HttpRequest& request, const Credentials& credentials, const sigv4::Scope& scope,
                  TimePoint time);

// Signs and sends; the body of a 2xx reply. A request that AWS refuses for its time or signature is
// signed once more when the reply's Date is more than four minutes off our clock, which is then
// corrected. Errors: as HttpTransport and the error document say; a request refused for its time or
// signature by a clock that is right is unauthorized, with what to do.
Result<std::string> send_signed(HttpTransport& http, CorrectedClock& clock,
                                const HttpRequest& request, const Credentials& credentials,
                                const sigv4::Scope& scope);

// The body of a 2xx reply, else the reply's error.
Result<std::string> body_of(Result<HttpResponse> reply);

// True for the codes by which AWS says, or may mean, that a session is over.
bool is_expired_token(const Error& error);

}  // namespace ec2spotter::aws
