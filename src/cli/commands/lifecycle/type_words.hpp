// Instance types on the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter::cli {

// Has it the form of "t3.small"? EC2 knows which types exist.
bool is_type(std::string_view text);

// "t3.small,t3.medium", in that order, each once. Errors: invalid, naming the word that is no type.
Result<std::vector<std::string>> read_types(const std::string& text);

}  // namespace ec2spotter::cli
