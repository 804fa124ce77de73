// The simulator's files: a seed, and what it keeps of its state.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// What `take` makes of the JSON document at `path`; its errors name the path. Errors about its
// content end with `cure`.
Result<void> read_json(const std::filesystem::path& path, std::string_view cure,
                       const std::function<Result<void>(const Json&)>& take);

// All of `content` is at `path`, or what was there before: never half of it. Errors: io.
Result<void> write_whole(const std::filesystem::path& path, const std::string& content);

}  // namespace ec2spotter::sim
