#include "aws/config/environment.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ec2spotter::aws {
namespace {

constexpr std::size_t kMaxFile = 1024UL * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::filesystem::path home_folder() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr) {
    return found->pw_dir;
  }
  return {};
}

tl::unexpected<Error> cannot_read(const std::filesystem::path& path, const std::string& why,
                                  const std::string& cure) {
  return fail(Errc::io, "cannot read " + path.string() + ": " + why + "; " + cure);
}

Result<std::string> read_all(const std::filesystem::path& path, int fd) {
  std::string text;
  std::array<char, 8192> buffer{};
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, std::strerror(errno), "check the disk");
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxFile) {
      return cannot_read(path, "it is larger than 1 MiB", "name the right file");
    }
  }
}

}  // namespace

Environment process_environment() {
  return {.get = [](std::string_view name) -> std::optional<std::string> {
            const char* value = std::getenv(std::string(name).c_str());
            if (value == nullptr) return std::nullopt;
            return std::string(value);
          },
          .home = home_folder()};
}

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  auto value = environment.get(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

std::filesystem::path path_in(const Environment& environment, std::string_view text) {
  if (text == "~") return environment.home;
  if (text.starts_with("~/")) return environment.home / text.substr(2);
  const std::filesystem::path path(text);
  return path.is_absolute() ? environment.root / path.relative_path() : path;
}

std::string with_variables(const Environment& environment, std::string_view text) {
  constexpr std::string_view kNameCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  std::string result;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    result += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    const bool braces = text.starts_with("${");
    const std::size_t start = braces ? 2 : 1;
    const std::size_t end = braces
                                ? std::min(text.find('}'), text.size())
                                : std::min(text.find_first_not_of(kNameCharacters, 1), text.size());
    const auto value = environment.get(text.substr(start, end - start));
    const std::size_t whole = std::min(end + (braces ? 1 : 0), text.size());
    result += value ? *value : std::string(text.substr(0, whole));
    text.remove_prefix(whole);
  }
  return result;
}

Result<std::optional<FileText>> read_small_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return cannot_read(path, std::strerror(errno),
                       "make it readable for this user (chmod u+r, or chown)");
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return cannot_read(path, std::strerror(errno), "check the disk");
  }
  if (S_ISDIR(status.st_mode)) return cannot_read(path, "it is a folder", "name a file");
  TRY(std::string text, read_all(path, file.get()));
  return FileText{std::move(text), (status.st_mode & S_IROTH) != 0};
}

}  // namespace ec2spotter::aws
