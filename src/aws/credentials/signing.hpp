// Signing a request and sending it, with a wrong local clock repaired on the way.
#pragma once

#include "aws/credentials/corrected_clock.hpp"
#include "aws/credentials/credentials.hpp"
#include "aws/net/http.hpp"
#include "aws/sigv4/sigv4.hpp"

namespace ec2spotter::aws {

// Adds Host, X-Amz-Date, X-Amz-Security-Token and Authorization; every header is signed.
// Errors: invalid when the request's address is not valid.
Result<void> sign(HttpRequest& request, const Credentials& credentials, const sigv4::Scope& scope,
                  TimePoint time);

// The address of a GET request with this query that whoever has it may send for so long. Source:
// AWS General Reference, "Signature Version 4 signing process", with the signature in the query.
// Errors: invalid when `endpoint` is not a valid address.
Result<std::string> presigned_url(const std::string& endpoint,
                                  std::vector<std::pair<std::string, std::string>> query,
                                  const Credentials& credentials, const sigv4::Scope& scope,
                                  TimePoint time, std::chrono::seconds valid);

// Signs and sends; the body of a 2xx reply. The Date of AWS's reply corrects the clock; a request
// that AWS refuses for its time or signature is signed once more when that was more than four
// minutes. Errors: as HttpTransport and the error document say; a request refused for its time or
// signature by a clock that is right is unauthorized, with what to do.
Result<std::string> send_signed(HttpTransport& http, CorrectedClock& clock,
                                const HttpRequest& request, const Credentials& credentials,
                                const sigv4::Scope& scope);

// The body of a 2xx reply, else the reply's error.
Result<std::string> body_of(Result<HttpResponse> reply);

// True for the codes by which AWS says, or may mean, that a session is over.
bool is_expired_token(const Error& error);

}  // namespace ec2spotter::aws
