// What the AWS code may know of the process around it, passed in so that tests can choose it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ec2spotter::aws {

struct Environment {
  // The value of an environment variable; nothing when unset.
  std::function<std::optional<std::string>(std::string_view)> get;
  std::filesystem::path home;        // of the user; empty: unknown
  std::filesystem::path root = "/";  // absolute paths other than the home folder's start here
};

// The environment of this process. Nothing else in the AWS code reads it.
Environment process_environment();

// The variable's value; unset and empty are both nothing, as in the AWS CLI.
std::optional<std::string> variable(const Environment& environment, std::string_view name);

// "~" and "~/x" mean the home folder, an absolute path starts at `environment.root`.
std::filesystem::path path_in(const Environment& environment, std::string_view text);

// The text with "$NAME" and "${NAME}" replaced by the variables that are set.
std::string with_variables(const Environment& environment, std::string_view text);

struct FileText {
  std::string text;
  bool world_readable = false;
};

// The whole file; nothing when it does not exist. Errors: io, naming the file and the cure, when it
// cannot be read, is a folder, or is larger than 1 MiB. /dev/null and pipes are files.
Result<std::optional<FileText>> read_small_file(const std::filesystem::path& path);

}  // namespace ec2spotter::aws
