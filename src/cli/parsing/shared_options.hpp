// Options that several commands have in the same form.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/parsing/parsed.hpp"

namespace ec2spotter::cli {

// The types of values that completion can list, as an option's type_name.
inline constexpr const char* kMachineType = "MACHINE";  // a name, or a machine file
inline constexpr const char* kFileType = "FILE";
inline constexpr const char* kFolderType = "DIR";
inline constexpr const char* kPathType = "PATH";  // a file or a folder

inline constexpr const char* kStateHelp =
    "folder for the journal and the lock of a watch; default ~/.local/state/ec2spotter";

// `--timeout`, in whole minutes from `least` to a day; the present value is the default.
void add_timeout(CLI::App& command, Duration& timeout, int least = 1);

// `--no-wait` and `--timeout`.
void add_waiting(CLI::App& command, Waiting& waiting);

// `NAME`: the machine that the command is about.
void add_machine(CLI::App& command, std::string& machine);

using MachineCommand = Result<void> (*)(const Common&, const OnMachine&);

// A command whose only argument is `NAME`.
CLI::App* add_on_machine(CLI::App& app, Parsed& parsed, const std::string& name,
                         const std::string& about, MachineCommand run);

}  // namespace ec2spotter::cli
