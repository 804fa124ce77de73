// EC2's error codes, what they mean to us, and what the caller does about them.
// Source: EC2 API reference, "Error codes for the Amazon EC2 API".
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace ec2spotter::aws {

enum class Reaction {
  retry_now,            // the cause has been repaired; the same call may be sent at once
  retry_after_backoff,  // the call had no effect; it passes later
  another_pool,         // this pool cannot; another one may
  ask_user,             // only a person can remove the cause
  look_first,           // the effect or the state is unknown: describe, then decide
  stop,                 // the request or the reply is wrong; repeating it cannot help
};

struct ErrorClass {
  Errc code = Errc::internal;
  Reaction reaction = Reaction::stop;
  bool operator==(const ErrorClass&) const = default;
};

// The class of a code that AWS sent with `http_status`. A "Client." or "Server." prefix is ignored.
// `message` is used only where AWS tells two cases apart by nothing else. A code that is not in the
// table and of no family there (*.Malformed, *LimitExceeded ...) is classed by the status: 5xx
// transport, 429 throttled, 401 and 403 unauthorized, else internal.
ErrorClass classify(std::string_view api_code, int http_status, std::string_view message = {});

// What to do about any error; total.
Reaction reaction_to(const Error& error);

// What a person can do about a code whose own text does not say it; empty where there is nothing to
// add.
std::string_view cure_of(std::string_view api_code, std::string_view message);

// After a refused launch or start: may another pool work? It may after a lack of capacity and after
// every refusal of a type, zone or market; also after an unknown code, and without a right, as
// policies may limit rights to types.
bool concerns_pool(const Error& error);

std::string_view to_string(Reaction reaction);

}  // namespace ec2spotter::aws
