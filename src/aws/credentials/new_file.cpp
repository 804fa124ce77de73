#include "aws/credentials/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace ec2spotter::aws {
namespace {

tl::unexpected<Error> cannot_write(const std::filesystem::path& path) {
  return fail(Errc::io, "cannot write " + path.string() + ": " + std::strerror(errno) +
                            "; make its folder writable for this user, and free space on the disk");
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path, std::filesystem::path beside, int fd)
    : path_(std::move(path)), beside_(std::move(beside)), fd_(fd) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::exchange(other.beside_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

Result<NewFile> NewFile::make(const std::filesystem::path& path) {
  std::string beside = path.string() + ".XXXXXX";
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return cannot_write(path);
  return NewFile(path, beside, fd);
}

Result<void> NewFile::replace(std::string_view text) {
  if (!write_all(fd_, text) || ::rename(beside_.c_str(), path_.c_str()) != 0) {
    return cannot_write(path_);
  }
  beside_.clear();
  return {};
}

}  // namespace ec2spotter::aws
