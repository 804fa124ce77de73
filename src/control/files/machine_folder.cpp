#include "control/files/machine_folder.hpp"

#include <algorithm>
#include <tuple>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

namespace fs = std::filesystem;

bool is_machine_file(const fs::path& path) {
  return path.extension() == ".toml" || path.extension() == ".conf";
}

}  // namespace

std::vector<std::string> MachineFolder::reload() {
  std::vector<std::string> problems;
  const std::set<std::string> present = list(problems);
  std::erase_if(files_, [&](const auto& file) { return !present.contains(file.first); });
  for (const std::string& path : present) read(path, problems);
  collect(problems);
  // Each problem is reported once, and again only after it was gone.
  std::vector<std::string> fresh;
  std::set<std::string> now(problems.begin(), problems.end());
  std::copy_if(now.begin(), now.end(), std::back_inserter(fresh),
               [&](const std::string& problem) { return !told_.contains(problem); });
  told_ = std::move(now);
  return fresh;
}

std::set<std::string> MachineFolder::list(std::vector<std::string>& problems) {
  std::set<std::string> present;
  for (const std::string& path : paths_) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      present.insert(path);
      continue;
    }
    fs::directory_iterator folder(path, error);
    if (error) {
      problems.push_back(path + " cannot be read: " + error.message());
      // Its machines stay: a folder that is missing for a moment must not end their watch.
      for (const auto& [known, file] : files_) {
        if (fs::path(known).parent_path() == fs::path(path)) present.insert(known);
      }
      continue;
    }
    for (; folder != fs::directory_iterator(); folder.increment(error)) {
      if (is_machine_file(folder->path())) present.insert(folder->path().string());
    }
  }
  return present;
}

void MachineFolder::read(const std::string& path, std::vector<std::string>& problems) {
  std::error_code error;
  const Stamp stamp{.changed = fs::last_write_time(path, error),
                    .size = fs::file_size(path, error)};
  const auto known = files_.find(path);
  if (known != files_.end() && known->second.stamp == stamp && known->second.machine) return;
  auto machine = read_machine_file(path);
  File& file = files_[path];
  if (machine) {
    file = {.stamp = stamp, .machine = std::move(*machine)};
    return;
  }
  problems.push_back(
      machine.error().message +
      (file.machine ? "; its former content is used until the file is corrected" : ""));
}

void MachineFolder::collect(std::vector<std::string>& problems) {
  machines_.clear();
  std::map<std::tuple<std::string, OwnerId, MachineName>, std::string> seen;
  for (const auto& [path, file] : files_) {
    if (!file.machine) continue;
    const Machine& machine = *file.machine;
    const auto [first, fresh] =
        seen.emplace(std::tuple(machine.region, machine.owner, machine.name), path);
    if (fresh) {
      machines_.push_back(machine);
    } else {
      problems.push_back(path + " names machine '" + machine.name.str() + "', and so does " +
                         first->second + ", which is used; give one of them another name");
    }
  }
}

}  // namespace ec2spotter
