// Reads what the user wrote: a TOML machine file, or a classic ec2-spotter .conf.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// The owner of a machine whose file names none.
inline constexpr const char* kDefaultOwner = "default";

// Can a machine, or an owner, be called so? 1 to 64 letters, digits, '-', '_' or '.'.
bool is_name(std::string_view text);

// Reads the file at `path`: the classic form when its name ends in .conf or its first key begins
// with ec2spotter_, else TOML. A byte order mark is skipped. Errors: io when it cannot be read,
// invalid with the line and the nearest known key.
Result<Machine> read_machine_file(const std::string& path);

// The two halves of that. What is longer than any machine file is cut off.
Result<std::string> read_file_text(const std::string& path);
Result<Machine> parse_machine_file(std::string_view text, const std::string& path);

// Is it of the classic form? The text has no byte order mark.
bool is_classic_file(std::string_view text, const std::string& path);

// The same on text. `origin` names it in messages; `default_name` is the name of a machine whose
// file gives none.
Result<Machine> parse_machine_toml(std::string_view text, const std::string& origin,
                                   const std::string& default_name);

// A classic file is parsed, never run: the forms of base/shell_assignments.hpp. Keys are those of
// the original and its forks, all starting with ec2spotter_.
Result<Machine> parse_classic_conf(std::string_view text, const std::string& origin,
                                   const std::string& default_name);

// What every machine must satisfy, whatever form it was written in. A machine with a zone and no
// region gets the zone's.
Result<Machine> check_machine(Machine machine, const std::string& origin);

}  // namespace ec2spotter
