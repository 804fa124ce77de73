// What the parsing of a command line fills, and what its parts share.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cli/commands/sim_options.hpp"
#include "cli/options.hpp"
#include "cli/usage.hpp"

namespace ec2spotter::cli {

using Action = std::function<Result<void>()>;

// Everything that parsing fills; `action` is the chosen command.
struct Parsed {
  Common common;
  Launch launch;
  SetupRole setup_role;
  Reap reap;
  GuestFilesOptions guest_files;
  OnMachine on_machine;
  ChangeType change_type;
  GrowDisk grow_disk;
  Terminate terminate;
  Import import;
  WaitOptions wait;
  Eject eject;
  Move move;
  Restore restore;
  Drill drill;
  WatchOptions watch;
  EventsOptions events;
  Doctor doctor;
  BugReport bugreport;
  Sim sim;
  SimControl control;
  nlohmann::json body = nlohmann::json::object();
  Action action;
};

// An option that takes one of the words, and sets what that stands for; `chosen` is the default.
template <class Value>
void add_choice(CLI::App& command, const std::string& flag, Value& chosen,
                const std::vector<std::pair<std::string, Value>>& values,
                const std::string& about) {
  std::vector<std::string> words;
  std::string usual;
  for (const auto& [word, value] : values) {
    words.push_back(word);
    if (value == chosen) usual = word;
  }
  const auto choose = [&chosen, values](const std::string& given) {
    for (const auto& [word, value] : values) {
      if (word == given) chosen = value;
    }
  };
  take_one_of(*command.add_option_function<std::string>(flag, choose, about + "; default " + usual),
              std::move(words));
}

}  // namespace ec2spotter::cli
