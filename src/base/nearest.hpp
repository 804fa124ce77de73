// What somebody may have meant who wrote a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ec2spotter {

// The member of `known` with the smallest edit distance to `word`; empty when there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "; did you mean 'launch'?", or nothing when no member of `known` is like `word`.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace ec2spotter
