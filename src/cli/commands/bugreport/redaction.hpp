// Takes out of a text what must not leave the user's hands. Pure.
#pragma once

#include <string>

namespace ec2spotter::cli {

// The text without account ids (every number of twelve digits), access key ids, private keys, and
// what follows a word such as "password", "secret" or "token" after '=' or ':' in its line. It
// takes too much rather than too little.
std::string redacted(const std::string& text);

}  // namespace ec2spotter::cli
