// KMS keys that EC2 cannot use: what it has refused for them, and whom to give which right.
#pragma once

#include <optional>
#include <string>

#include "plan/situation.hpp"

namespace ec2spotter {

// What EC2 has refused to do with this root for its key, and the cure; nullopt: nothing that is
// known. The root's tag remembers it.
std::optional<std::string> refused_for_key(const Volume& root);

// `giving` gives the root to an instance. After a refusal for the key its reason says so.
Decision with_key_refusal(const Root& root, Decision giving);

// Of an instance that stands still, or has ended, for a key: the cure; nullopt: it is not for that.
std::optional<std::string> stopped_for_key(const Volume& root, const Instance& body);

}  // namespace ec2spotter
