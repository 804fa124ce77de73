#include "cli/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ec2spotter::cli {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

fs::path state_folder(const std::string& given) {
  if (!given.empty()) return given;
  if (const std::string systemd = variable("STATE_DIRECTORY"); !systemd.empty()) return systemd;
  const std::string state_home = variable("XDG_STATE_HOME");
  const fs::path base =
      state_home.empty() ? fs::path(variable("HOME")) / ".local/state" : fs::path(state_home);
  return base / "ec2spotter";
}

Result<FolderLock> FolderLock::take(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Errc::io, folder.string() + " cannot be made: " + error.message());
  const fs::path path = folder / "lock";
  FolderLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (lock.fd_ < 0) {
    return fail(Errc::io, path.string() + " cannot be opened: " + std::strerror(errno));
  }
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::refused, "another watch uses " + folder.string() +
                                   "; end it, or give this one a folder with --state");
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace ec2spotter::cli
