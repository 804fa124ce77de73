// Other instance types in the text of a machine file.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter {

// The text with these types (at least one) in the place of its own, and all else byte for byte as
// it was; the text itself when it has them already. `path` tells the file's form and names it in
// messages. In a file with tables for several regions, the types that hold in `region` change:
// those of its table, if it has its own. Errors: invalid, where the file cannot be read, has
// requirements instead of types, or is a classic one and would need several types.
Result<std::string> with_types(const std::string& text, const std::string& path,
                               const std::string& region, const std::vector<std::string>& types);

}  // namespace ec2spotter
