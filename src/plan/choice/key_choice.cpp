#include "plan/choice/key_choice.hpp"

#include "model/key_trouble.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

struct Refusal {
  std::string code;
  TimePoint at{};
};

// "CustomerKeyHasBeenRevoked 2026-11-28T12:00:00Z".
std::optional<Refusal> refusal_of(const Volume& root) {
  const std::string text = tag::value(root.tags, tag::kKeyRefused);
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return Refusal{.code = text.substr(0, space),
                 .at = parse_iso8601(text.substr(space + 1)).value_or(TimePoint{})};
}

// The caller attaches a root, and starts an instance, whatever its market is.
KeyUse use_of(const Volume& root) {
  return {.key = root.kms_key, .region = region_of_place(root.zone), .user = KeyUser::caller};
}

}  // namespace

std::optional<std::string> refused_for_key(const Volume& root) {
  const auto refusal = refusal_of(root);
  if (!refusal) return std::nullopt;
  const KeyTrouble trouble = key_trouble_of(refusal->code, "").value_or(KeyTrouble::unclear);
  return "EC2 does not give " + root.id.str() + " to an instance (" + refusal->code + ", at " +
         format_iso8601(refusal->at) + "): " + describe(trouble, use_of(root));
}

Decision with_key_refusal(const Root& root, Decision giving) {
  const auto refused = refused_for_key(root.volume);
  if (!refused) return giving;
  giving.reason = Reason::key_refused;
  giving.detail = *refused + "; it is tried again: " + giving.detail;
  return giving;
}

std::optional<std::string> stopped_for_key(const Volume& root, const Instance& body) {
  const auto trouble = key_trouble_of(body.state_reason_code, body.state_reason_message);
  if (!trouble) return std::nullopt;
  return "EC2 did not start " + body.id.str() + " (" + body.state_reason_code +
         "): " + describe(*trouble, use_of(root));
}

}  // namespace ec2spotter
