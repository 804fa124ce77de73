#include "sim/vm/disks.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/net/fd.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHalfMade = ".new";

Error failed(const fs::path& path) {
  return {.code = errno == ENOENT ? Errc::not_found : Errc::io,
          .message = path.string() + ": " + std::strerror(errno)};
}

off_t bytes_of(int size_gib) { return static_cast<off_t>(size_gib) * 1024 * 1024 * 1024; }

// Copies [from, to) of one file to the same place of another.
Result<void> copy_range(int in, int out, off_t from, off_t to, const fs::path& path) {
  off_t source = from;
  off_t target = from;
  while (source < to) {
    const ssize_t done =
        ::copy_file_range(in, &source, out, &target, static_cast<std::size_t>(to - source), 0);
    if (done < 0) return fail(failed(path));
    if (done == 0) return fail(Errc::io, path.string() + " became shorter while it was copied");
  }
  return {};
}

// The data of `in` into the empty file `out`; where `in` has holes `out` has them too.
Result<void> copy_data(int in, int out, off_t size, const fs::path& path) {
  if (::ioctl(out, FICLONE, in) == 0) return {};
  if (::ftruncate(out, size) != 0) return fail(failed(path));
  off_t at = 0;
  while (at < size) {
    const off_t data = ::lseek(in, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return {};
    if (data < 0) return fail(failed(path));
    const off_t hole = ::lseek(in, data, SEEK_HOLE);
    if (hole < 0) return fail(failed(path));
    TRY_VOID(copy_range(in, out, data, hole, path));
    at = hole;
  }
  return {};
}

// Makes `target` a copy of `source` (empty: a blank disk) of at least `size_min` bytes.
Result<void> make_file(const fs::path& target, const fs::path& source, off_t size_min) {
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) {
    return fail(Errc::already_done, target.string() + " exists");
  }
  const fs::path half_made = target.string() + kHalfMade;
  const Fd out(::open(half_made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out) return fail(failed(half_made));
  off_t size = size_min;
  if (!source.empty()) {
    const Fd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in || ::fstat(in.get(), &status) != 0) return fail(failed(source));
    size = std::max(size_min, status.st_size);
    TRY_VOID(copy_data(in.get(), out.get(), status.st_size, source));
  }
  if (::ftruncate(out.get(), size) != 0 || ::fsync(out.get()) != 0 ||
      ::rename(half_made.c_str(), target.c_str()) != 0) {
    return fail(failed(target));
  }
  return {};
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) return fail(failed(path));
  return {};
}

}  // namespace

Result<Disks> Disks::open(const fs::path& folder) {
  Disks disks(folder);
  for (const fs::path& each : {disks.volumes_, disks.snapshots_}) {
    std::error_code error;
    fs::create_directories(each, error);
    if (error) return fail(Errc::io, each.string() + " cannot be made: " + error.message());
    for (const auto& entry : fs::directory_iterator(each, error)) {
      if (entry.path().extension() == kHalfMade) TRY_VOID(remove_file(entry.path()));
    }
    if (error) return fail(Errc::io, each.string() + " cannot be read: " + error.message());
  }
  return disks;
}

Result<void> Disks::create_volume(const std::string& volume_id, int size_gib,
                                  const std::string& snapshot_id) {
  const fs::path source = snapshot_id.empty() ? fs::path() : snapshot_file(snapshot_id);
  return make_file(volume_file(volume_id), source, bytes_of(size_gib));
}

Result<void> Disks::delete_volume(const std::string& volume_id) {
  return remove_file(volume_file(volume_id));
}

Result<void> Disks::grow_volume(const std::string& volume_id, int size_gib) {
  const fs::path path = volume_file(volume_id);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(failed(path));
  if (bytes_of(size_gib) < status.st_size) {
    return fail(Errc::invalid, "a volume can only grow");
  }
  if (::truncate(path.c_str(), bytes_of(size_gib)) != 0) return fail(failed(path));
  return {};
}

Result<void> Disks::create_snapshot(const std::string& snapshot_id, const std::string& volume_id) {
  return make_file(snapshot_file(snapshot_id), volume_file(volume_id), 0);
}

Result<void> Disks::create_snapshots(const std::vector<SnapshotOrder>& orders) {
  for (std::size_t i = 0; i < orders.size(); ++i) {
    auto made = create_snapshot(orders[i].snapshot_id, orders[i].volume_id);
    if (made) continue;
    for (std::size_t done = 0; done < i; ++done) {
      static_cast<void>(delete_snapshot(orders[done].snapshot_id));
    }
    return made;
  }
  return {};
}

Result<void> Disks::delete_snapshot(const std::string& snapshot_id) {
  return remove_file(snapshot_file(snapshot_id));
}

Result<void> Disks::copy_snapshot(const std::string& snapshot_id, const std::string& source_id) {
  return make_file(snapshot_file(snapshot_id), snapshot_file(source_id), 0);
}

Result<void> Disks::import_snapshot(const std::string& snapshot_id, const fs::path& image) {
  return make_file(snapshot_file(snapshot_id), image, 0);
}

Result<long> Disks::used_mib(const std::string& volume_id) const {
  const fs::path path = volume_file(volume_id);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(failed(path));
  constexpr long kBlocksPerMib = 2048;  // of 512 bytes, whatever the file system has
  return status.st_blocks / kBlocksPerMib;
}

Result<fs::path> Disks::volume(const std::string& volume_id) const {
  const fs::path path = volume_file(volume_id);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(failed(path));
  return path;
}

}  // namespace ec2spotter::sim
