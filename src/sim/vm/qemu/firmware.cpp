#include "sim/vm/qemu/firmware.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "sim/vm/qemu/boot_config.hpp"
#include "sim/vm/qemu/process.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Duration kToolTimeout = 60s;

// The file systems inside a disk image, as grub-fstest shows them.
class DiskReader {
 public:
  DiskReader(fs::path disk, int cancel) : disk_(std::move(disk)), cancel_(cancel) {}

  // "(loop0)", "(loop0,gpt1)" ... in the order of the partitions.
  Result<std::vector<std::string>> devices() {
    TRY(std::vector<std::string> all, words_of({"ls"}));
    std::erase_if(all, [](const std::string& word) {
      return !word.starts_with('(') || word == "(proc)" || word == "(host)" || word == "(memdisk)";
    });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return is_newer(b, a); });
    return all;
  }

  // Names in a folder, folders with a trailing slash; empty when there is no such folder.
  Result<std::vector<std::string>> list(const std::string& folder) {
    return words_of({"ls", folder});
  }

  Result<std::string> read(const std::string& path) {
    return run_tool(command({"cat", path}), kToolTimeout, cancel_);
  }

  Result<void> copy(const std::string& path, const fs::path& target) {
    TRY_VOID(run_tool(command({"cp", path, target.string()}), kToolTimeout, cancel_));
    std::error_code error;
    if (fs::file_size(target, error) == 0 || error) {
      return fail(Errc::not_found, path + " cannot be read");
    }
    return {};
  }

 private:
  std::vector<std::string> command(std::vector<std::string> words) const {
    words.insert(words.begin(), {"grub-fstest", disk_.string()});
    return words;
  }

  Result<std::vector<std::string>> words_of(std::vector<std::string> words) {
    auto text = run_tool(command(std::move(words)), kToolTimeout, cancel_);
    // A folder that cannot be listed counts as empty; an interruption is an error.
    if (!text && text.error().code != Errc::io) return fail(std::move(text).error());
    std::istringstream stream(text ? *text : "");
    std::vector<std::string> found;
    for (std::string word; stream >> word;) found.push_back(word);
    return found;
  }

  fs::path disk_;
  int cancel_;
};

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// A file system that may be booted from: `/boot` of it, or itself as a separate /boot.
struct Place {
  std::string device;
  std::string boot;  // "/boot" or ""
  std::vector<std::string> names;
};

Result<std::vector<Place>> boot_places(DiskReader& disk) {
  TRY(const std::vector<std::string> devices, disk.devices());
  std::vector<Place> separate;
  std::vector<Place> within;
  for (const std::string& device : devices) {
    TRY(std::vector<std::string> top, disk.list(device + "/"));
    if (contains(top, "boot/")) {
      TRY(std::vector<std::string> names, disk.list(device + "/boot/"));
      within.push_back({device, "/boot", std::move(names)});
    }
    separate.push_back({device, "", std::move(top)});
  }
  separate.insert(separate.end(), std::make_move_iterator(within.begin()),
                  std::make_move_iterator(within.end()));
  return separate;
}

struct Found {
  BootEntry entry;
  std::string device;
};

Result<std::optional<BootEntry>> newest_bls_entry(DiskReader& disk, const Place& place,
                                                  const BootVariables& variables) {
  const std::string folder = place.device + place.boot + "/loader/entries/";
  TRY(std::vector<std::string> names, disk.list(folder));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".conf"); });
  std::sort(names.begin(), names.end(), is_newer);
  for (const std::string& name : names) {
    TRY(const std::string text, disk.read(folder + name));
    if (auto entry = parse_bls_entry(text, variables)) return entry;
  }
  return std::optional<BootEntry>();
}

Result<std::optional<Found>> look_in(DiskReader& disk, const Place& place) {
  BootVariables variables;
  bool use_bls = contains(place.names, "loader/");
  for (const std::string grub : {"grub", "grub2"}) {
    if (!contains(place.names, grub + "/")) continue;
    const std::string folder = place.device + place.boot + "/" + grub + "/";
    TRY(const std::vector<std::string> names, disk.list(folder));
    if (contains(names, "grubenv")) {
      TRY(const std::string text, disk.read(folder + "grubenv"));
      variables = parse_grubenv(text);
    }
    if (!contains(names, "grub.cfg")) continue;
    TRY(const std::string text, disk.read(folder + "grub.cfg"));
    auto entry = parse_grub_cfg(text, variables);
    if (!entry) return fail(with_context(std::move(entry).error(), folder + "grub.cfg"));
    if (*entry) return Found{std::move(**entry), place.device};
    use_bls = true;
  }
  if (!use_bls) return std::optional<Found>();
  TRY(auto entry, newest_bls_entry(disk, place, variables));
  if (!entry) return std::optional<Found>();
  return Found{std::move(*entry), place.device};
}

// "(hd0,gpt1)/vmlinuz" and "($root)/vmlinuz" without what is in front of the path.
std::string path_of(const std::string& file) {
  const std::size_t end = file.starts_with('(') ? file.find(')') : std::string::npos;
  return end == std::string::npos ? file : file.substr(end + 1);
}

// `file` is normally beside its configuration; a `search` may have meant another file system.
Result<void> copy_from_any(DiskReader& disk, const Found& found, const std::string& file,
                           const fs::path& target) {
  const std::string path = path_of(file);
  if (disk.copy(found.device + path, target)) return {};
  TRY(const std::vector<std::string> devices, disk.devices());
  for (const std::string& device : devices) {
    if (device != found.device && disk.copy(device + path, target)) return {};
  }
  return fail(Errc::not_found,
              fmt::format("boot entry '{}' needs {}, which is on no file system of the disk",
                          found.entry.title, path));
}

Result<void> append_file(const fs::path& from, const fs::path& to) {
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary | std::ios::app);
  out << in.rdbuf();
  out.flush();
  if (!in || !out) return fail(Errc::io, to.string() + " cannot be written");
  return {};
}

Result<BootFiles> copy_files(DiskReader& disk, const Found& found, const fs::path& folder) {
  BootFiles files{.kernel = folder / "kernel",
                  .initrd = {},
                  .arguments = found.entry.arguments,
                  .title = found.entry.title};
  TRY_VOID(copy_from_any(disk, found, found.entry.kernel, files.kernel));
  for (const std::string& initrd : found.entry.initrds) {
    const bool first = files.initrd.empty();
    const fs::path target = folder / (first ? "initrd" : "initrd.part");
    TRY_VOID(copy_from_any(disk, found, initrd, target));
    if (first) files.initrd = target;
    if (!first) TRY_VOID(append_file(target, files.initrd));
  }
  return files;
}

}  // namespace

Result<BootFiles> read_boot_files(const fs::path& disk, const fs::path& folder, int cancel) {
  DiskReader reader(fs::absolute(disk), cancel);
  TRY(const std::vector<Place> places, boot_places(reader));
  Error reason{.code = Errc::not_found,
               .message = "no file system of the root disk has a boot entry (boot/grub/grub.cfg)"};
  for (const Place& place : places) {
    auto found = look_in(reader, place);
    if (!found && found.error().code != Errc::invalid) return fail(std::move(found).error());
    if (!found) {
      reason = found.error();
    } else if (*found) {
      return copy_files(reader, **found, folder);
    }
  }
  return fail(std::move(reason));
}

}  // namespace ec2spotter::sim
