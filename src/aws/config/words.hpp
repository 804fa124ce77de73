// Splitting a text into words as a shell does. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ec2spotter::aws {

// Blanks separate the words; quotes and backslashes keep them together. Within double quotes a
// backslash stands for itself unless a double quote or a backslash follows. Nothing when a quote
// stays open or a backslash ends the text. Source: Python's shlex.split, which botocore uses.
std::optional<std::vector<std::string>> split_words(std::string_view text);

}  // namespace ec2spotter::aws
