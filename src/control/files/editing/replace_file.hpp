// Replaces the text of a file of the user's.
#pragma once

#include <string>

#include "base/result.hpp"

namespace ec2spotter {

// Puts `text` in the place of the file's `former` one, and on the disk: whoever opens the file sees
// the one or the other as a whole. Mode and owner stay; a symbolic link stays one. Errors: io;
// wrong_state when the file has another text than `former`, as somebody has just changed it.
Result<void> replace_file(const std::string& path, const std::string& former,
                          const std::string& text);

}  // namespace ec2spotter
