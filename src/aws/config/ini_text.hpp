// Lines and blanks as Python sees them in a text file. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ec2spotter::aws {

// The lines of the text: "\n", "\r\n" and "\r" each end one. No empty last line.
std::vector<std::string_view> lines_of(std::string_view text);

// Without the blanks at both ends; Unicode's blanks count, such as the no-break space.
std::string_view trimmed(std::string_view line);

// How many characters of blanks the line starts with.
std::size_t indent_of(std::string_view line);

// Changes ASCII letters only.
std::string lower(std::string_view text);

}  // namespace ec2spotter::aws
