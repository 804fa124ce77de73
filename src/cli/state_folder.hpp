// Where a watch keeps its journal and its lock.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace ec2spotter::cli {

// `given`, else $STATE_DIRECTORY (systemd's), else $XDG_STATE_HOME/ec2spotter, else
// ~/.local/state/ec2spotter.
std::filesystem::path state_folder(const std::string& given);

// Does a watch hold the lock of this folder? Errors of the file system count as no.
bool is_watched(const std::filesystem::path& folder);

// Held as long as it lives; the kernel frees it when the process ends, however it ends.
class FolderLock {
 public:
  // Makes the folder if need be. Errors: refused when another process holds it, io.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace ec2spotter::cli
