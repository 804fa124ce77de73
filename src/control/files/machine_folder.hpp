// The machine files that a watch follows: they come, go and change while it runs.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/machine.hpp"

namespace ec2spotter {

class MachineFolder {
 public:
  // Files, and folders whose *.toml and *.conf files count.
  explicit MachineFolder(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  // Looks for changes, and returns what a person should know, a sentence each. A file that became
  // broken or unreadable keeps its old meaning; if two files name a machine, the first one counts.
  std::vector<std::string> reload();

  // By the order of their paths; names are unique for each owner and region.
  const std::vector<Machine>& machines() const { return machines_; }

 private:
  struct Stamp {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct File {
    Stamp stamp;
    std::optional<Machine> machine;
  };
  std::set<std::string> list(std::vector<std::string>& problems);
  void read(const std::string& path, std::vector<std::string>& problems);
  void collect(std::vector<std::string>& problems);

  std::vector<std::string> paths_;
  std::map<std::string, File> files_;
  std::set<std::string> told_;
  std::vector<Machine> machines_;
};

}  // namespace ec2spotter
