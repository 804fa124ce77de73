// What the simulator's servers read before anything is known about the client.
#include <string>

#include "fuzz.hpp"
#include "sim/core/services/policy.hpp"
#include "sim/core/state/json.hpp"
#include "sim/http/form.hpp"
#include "sim/http/framing.hpp"
#include "sim/http/verify.hpp"
#include "sim/vm/metadata/metadata_service.hpp"

namespace {

using namespace ec2spotter;
using namespace ec2spotter::sim;

void read_request(std::string_view bytes) {
  const Framed request = frame(bytes);
  if (request.refusal.status != 0) {
    fuzz::require(request.refusal.status >= 400 && request.refusal.status < 500 &&
                      !request.refusal.why.empty(),
                  "a refusal is the client's fault, and says why");
    return;
  }
  if (request.size == 0) return;
  fuzz::require(request.size <= kHeadMost + kBodyMost, "a request has a size that is bearable");
  fuzz::require(frame(bytes.substr(0, request.size)).size == request.size,
                "where a request ends does not follow from what comes after it");
  static_cast<void>(distrust(request, {.listen_host = "127.0.0.1"}));
  SignedRequest to_verify{.method = request.method,
                          .path = request.target,
                          .query = {},
                          .headers = request.headers,
                          .body = {}};
  const auto verified = verify(
      to_verify, [](const std::string&) { return std::optional<VerifierKey>(); }, TimePoint{});
  fuzz::require(!verified, "nobody without a key is let in");
  MetadataTokens tokens;
  const MetadataReply reply = answer_metadata(
      {.method = request.method, .path = request.target, .headers = request.headers},
      {.user_data = "data", .entries = {{"meta-data/instance-id", "i-1"}}}, tokens, SteadyTime{});
  fuzz::require(reply.status < 500, "a guest's mistake is no fault of the server");
}

void read_form(std::string_view body) { static_cast<void>(parse_form(body)); }

void read_json(std::string_view text) {
  const Json document = parse_foreign(text);
  if (document.is_discarded()) return;
  const Json copy = document;
  fuzz::require(!parse_foreign(as_text(copy)).is_discarded(), "what is written can be read");
}

void read_policy(std::string_view text) {
  const auto policy = parse_policy(std::string(text));
  if (!policy) return;
  static_cast<void>(allows({*policy}, {.action = "ec2:AttachVolume",
                                       .resource = {.arn = "arn:aws:ec2:x:1:volume/v", .tags = {}},
                                       .context = {}}));
}

constexpr std::array<fuzz::Parser, 4> kParsers{read_request, read_form, read_json, read_policy};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::choose(data, size, kParsers);
}
