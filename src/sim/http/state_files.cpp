#include "sim/http/state_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace ec2spotter::sim {

namespace fs = std::filesystem;

Result<void> read_json(const fs::path& path, std::string_view cure,
                       const std::function<Result<void>(const Json&)>& take) {
  std::error_code error;
  std::ifstream file(path);
  if (!file || fs::is_directory(path, error)) {
    return fail(Errc::io, path.string() + " cannot be read; name a file that this user may read");
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto wrong = [&](Error problem, std::string_view separator) {
    problem.message = path.string() + std::string(separator) + problem.message + std::string(cure);
    return fail(std::move(problem));
  };
  auto document = parse_document(text);
  if (!document) return wrong(std::move(document).error(), ":");
  auto taken = take(*document);
  if (!taken) return wrong(std::move(taken).error(), ": ");
  return {};
}

Result<void> write_whole(const fs::path& path, const std::string& content) {
  const std::string temporary = path.string() + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Errc::io, temporary + " cannot be written");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t wrote = ::write(fd, content.data() + done, content.size() - done);
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  // Without fsync: the file must survive the end of the process, not of the machine.
  const bool ok = done == content.size();
  ::close(fd);
  if (!ok || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return fail(Errc::io, path.string() + " cannot be written");
  }
  return {};
}

}  // namespace ec2spotter::sim
