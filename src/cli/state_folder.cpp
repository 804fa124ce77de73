#include "cli/state_folder.hpp"

#include <fcntl.h>
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

// A lock that belongs to an open file, and not to a process; asking about it takes nothing.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
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

bool is_watched(const fs::path& folder) {
  const int fd = ::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock whole = whole_file(F_WRLCK);
  const bool answered = ::fcntl(fd, F_OFD_GETLK, &whole) == 0;
  ::close(fd);
  return answered && whole.l_type != F_UNLCK;
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
  struct flock whole = whole_file(F_WRLCK);
  if (::fcntl(lock.fd_, F_OFD_SETLK, &whole) != 0) {
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
