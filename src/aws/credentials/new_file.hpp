// Replacing a small file that holds secrets.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace ec2spotter::aws {

// A new version of `path` that only its owner can read. It is first made beside the file, so that a
// folder that cannot be written is noticed before the new version is needed; the file itself
// changes at once or not at all. Without `replace`, the new version is deleted.
class NewFile {
 public:
  // Errors: io, naming the file and the cure.
  static Result<NewFile> make(const std::filesystem::path& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  // Puts `text` in the place of the file, and on the disk. Errors: io.
  Result<void> replace(std::string_view text);

 private:
  NewFile(std::filesystem::path path, std::filesystem::path beside, int fd);

  std::filesystem::path path_;
  std::filesystem::path beside_;  // empty: moved away, or in its place
  int fd_;
};

}  // namespace ec2spotter::aws
