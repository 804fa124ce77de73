#include "control/files/editing/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& path, const char* what) {
  return {.code = Errc::io,
          .message = path.string() + " cannot be " + what + ": " + std::strerror(errno)};
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(fd, text.data(), text.size());
    if (done < 0 && errno != EINTR) return false;
    if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

// A file of the same mode and owner beside the present one, on the disk.
Result<void> write_beside(const fs::path& beside, const struct stat& like,
                          const std::string& text) {
  const File file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) return fail(failed(beside, "made"));
  struct stat made {};
  if (::fstat(file.fd(), &made) != 0) return fail(failed(beside, "made"));
  const bool same_owner = made.st_uid == like.st_uid && made.st_gid == like.st_gid;
  if (!same_owner && ::fchown(file.fd(), like.st_uid, like.st_gid) != 0) {
    return fail(failed(beside, "given to the file's owner"));
  }
  if (::fchmod(file.fd(), like.st_mode & 07777) != 0 || !write_all(file.fd(), text) ||
      ::fsync(file.fd()) != 0) {
    return fail(failed(beside, "written"));
  }
  return {};
}

// Without this the new name may be lost with the power.
void sync_folder(const fs::path& folder) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() >= 0) ::fsync(opened.fd());
}

Result<void> exchange(const fs::path& beside, const fs::path& file, const std::string& former) {
  TRY(const std::string present, read_file_text(file.string()));
  std::error_code problem;
  if (present != former || fs::file_size(file, problem) != former.size()) {
    return fail(Errc::wrong_state,
                file.string() + " was changed meanwhile, and is left so; run the command again");
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return fail(failed(file, "replaced"));
  return {};
}

}  // namespace

Result<void> replace_file(const std::string& path, const std::string& former,
                          const std::string& text) {
  std::error_code problem;
  const fs::path file = fs::canonical(path, problem);
  if (problem) return fail(Errc::io, path + " cannot be read: " + problem.message());
  struct stat like {};
  if (::stat(file.c_str(), &like) != 0) return fail(failed(file, "read"));
  const fs::path beside = file.string() + ".new";
  auto done = write_beside(beside, like, text);
  if (done) done = exchange(beside, file, former);
  if (!done) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    return done;
  }
  sync_folder(file.parent_path());
  return {};
}

}  // namespace ec2spotter
