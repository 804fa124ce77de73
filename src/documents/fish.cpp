// Completion for fish: a `complete` line for each command and option.
#include "documents/completions.hpp"

namespace ec2spotter::documents {
namespace {

constexpr const char* kFunctions = R"sh(
# Prints the command of this line: "launch", "sim capacity", or nothing.
function __ec2spotter_command
  set -l words (commandline -opc)
  set -e words[1]
  set -l found
  set -l skip 0
  for word in $words
    if test $skip = 1
      set skip 0
    else if contains -- $word $__ec2spotter_with_value
      set skip 1
    else if not string match -q -- '-*' $word
      set -a found $word
      if test "$found[1]" != sim; or test (count $found) = 2
        break
      end
    end
  end
  echo "$found"
end

function __ec2spotter_is
  test (__ec2spotter_command) = "$argv"
end

# The names of the machine files in the folder that --machines names, else in this one.
function __ec2spotter_machines
  set -l folder .
  set -l words (commandline -opc)
  if set -l at (contains -i -- --machines $words)
    set folder $words[(math $at + 1)]
  end
  for file in $folder/*.toml $folder/*.conf
    string replace -r '^.*/(.*)\.[^.]*$' '$1' $file
  end
end
)sh";

std::string quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// What lists the values: no files unless they are meant.
std::string values(const Given& given) {
  if (!given.words.empty()) return " -x -a " + quoted(joined(given.words, " "));
  if (given.type == "MACHINE") return " -x -a '(__ec2spotter_machines)'";
  if (given.type == "DIR") return " -x -a '(__fish_complete_directories)'";
  if (given.type == "FILE" || given.type == "PATH") return " -r -F";
  return " -x";
}

std::string option(const std::string& condition, const Given& given) {
  std::string line = "complete -c ec2spotter" + condition;
  for (const std::string& name : given.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!given.type.empty()) line += values(given);
  return line + " -d " + quoted(given.about) + "\n";
}

void add_lines(const Command& command, std::string& text) {
  const std::string condition = " -n " + quoted("__ec2spotter_is " + command.name);
  for (const Command& each : command.commands) {
    text += "complete -c ec2spotter" + condition + " -a " + last_word(each) + " -d " +
            quoted(each.about) + "\n";
  }
  for (const Given& each : command.options) {
    text += option(command.name.empty() ? "" : condition, each);
  }
  for (const Given& each : command.arguments) {
    const std::string listed = values(each);
    if (listed != " -x") text += "complete -c ec2spotter" + condition + listed + "\n";
  }
  for (const Command& each : command.commands) add_lines(each, text);
}

}  // namespace

std::string fish_completion(const Command& program) {
  std::string text = "# Completion for fish: ec2spotter.\nset -g __ec2spotter_with_value " +
                     joined(names_with_value(program), " ") + "\n" + kFunctions;
  text += "\ncomplete -c ec2spotter -f\ncomplete -c ec2spotter -s h -l help -d 'print this help'\n";
  add_lines(program, text);
  text += "complete -c ec2spotter-launch -F\ncomplete -c ec2spotter-setup -f\n";
  return text;
}

}  // namespace ec2spotter::documents
