// Completion for bash: tables as `case`, and one function that looks into them.
#include "documents/completions.hpp"

namespace ec2spotter::documents {
namespace {

constexpr const char* kFunction = R"sh(
# The names of the machine files in the folder that --machines names, else in this one.
_ec2spotter_machines() {
  local folder=. i file
  for ((i = 1; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} == --machines ]] && folder=${COMP_WORDS[i + 1]}
    [[ ${COMP_WORDS[i]} == --machines && $folder == = ]] && folder=${COMP_WORDS[i + 2]}
  done
  for file in "${folder/#\~\//$HOME/}"/*.toml "${folder/#\~\//$HOME/}"/*.conf; do
    [[ -e $file ]] || continue
    file=${file##*/}
    printf '%s\n' "${file%.*}"
  done
}

# Completes $2, a value of kind $1.
_ec2spotter_complete() {
  case $1 in
    MACHINE) COMPREPLY=($(compgen -W "$(_ec2spotter_machines)" -- "$2")) ;;
    DIR) compopt -o filenames; COMPREPLY=($(compgen -d -- "$2")) ;;
    FILE | PATH) compopt -o filenames; COMPREPLY=($(compgen -f -- "$2")) ;;
    *'|'*) COMPREPLY=($(compgen -W "${1//|/ }" -- "$2")) ;;
  esac
}

_ec2spotter() {
  local current=${COMP_WORDS[COMP_CWORD]} previous= command= place=0 i word kind
  COMPREPLY=()
  case ${COMP_WORDS[0]##*/} in
    ec2spotter-launch) command=launch ;;
    ec2spotter-setup) command=setup ;;
  esac
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    [[ $word == = ]] && continue
    if [[ -n $previous ]]; then
      previous=
    elif [[ $word == -* ]]; then
      [[ -n $(_ec2spotter_kind "$command" "$word") ]] && previous=$word
    elif [[ " $(_ec2spotter_commands "$command") " == *" $word "* ]]; then
      command=${command:+$command }$word
    else
      place=$((place + 1))
    fi
  done
  [[ $current == = ]] && current=
  if [[ -n $previous ]]; then
    kind=$(_ec2spotter_kind "$command" "$previous")
    _ec2spotter_complete "$kind" "$current"
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_ec2spotter_options "$command")" -- "$current"))
  elif [[ $place == 0 && -n $(_ec2spotter_commands "$command") ]]; then
    COMPREPLY=($(compgen -W "$(_ec2spotter_commands "$command")" -- "$current"))
  else
    _ec2spotter_complete "$(_ec2spotter_argument "$command" "$place")" "$current"
  fi
}

complete -F _ec2spotter ec2spotter-launch ec2spotter-setup ec2spotter
)sh";

// `use` for the program and for each command.
template <class Use>
void for_each(const Command& command, const Use& use) {
  use(command);
  for (const Command& each : command.commands) for_each(each, use);
}

std::string row(const std::string& pattern, const std::string& words) {
  return "    " + pattern + ") echo '" + words + "' ;;\n";
}

std::string table(const std::string& name, const std::string& about, const std::string& subject,
                  const std::string& rows) {
  return "\n# " + about + "\n" + name + "() {\n  case " + subject + " in\n" + rows + "  esac\n}\n";
}

std::string commands(const Command& program) {
  std::string rows;
  for_each(program, [&rows](const Command& each) {
    if (each.commands.empty()) return;
    std::vector<std::string> names;
    for (const Command& below : each.commands) names.push_back(last_word(below));
    rows += row("'" + each.name + "'", joined(names, " "));
  });
  return table("_ec2spotter_commands", "The commands below command $1.", "$1", rows);
}

std::string options(const Command& program) {
  std::vector<std::string> common{"-h", "--help"};
  for (const Given& option : program.options) {
    common.insert(common.end(), option.names.begin(), option.names.end());
  }
  std::string rows;
  for_each(program, [&rows](const Command& each) {
    std::vector<std::string> names;
    for (const Given& option : each.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    if (!each.name.empty() && !names.empty())
      rows += row("'" + each.name + "'", joined(names, " "));
  });
  const std::string name = "_ec2spotter_options";
  return "\n# The options of command $1.\n" + name + "() {\n  echo '" + joined(common, " ") +
         "'\n  case $1 in\n" + rows + "  esac\n}\n";
}

std::string kinds(const Command& program) {
  std::string own;
  std::string common;
  for_each(program, [&](const Command& each) {
    for (const Given& option : each.options) {
      if (option.type.empty()) continue;
      for (const std::string& name : option.names) {
        if (each.name.empty()) {
          common += row("*' " + name + "'", option.type);
        } else {
          own += row("'" + each.name + " " + name + "'", option.type);
        }
      }
    }
  });
  return table("_ec2spotter_kind", "The kind of value that option $2 of command $1 takes.",
               "\"$1 $2\"", own + common);
}

std::string arguments(const Command& program) {
  std::string rows;
  for_each(program, [&rows](const Command& each) {
    for (std::size_t i = 0; i < each.arguments.size(); ++i) {
      const Given& argument = each.arguments[i];
      const std::string place = argument.many ? "*" : std::to_string(i);
      rows += row("'" + each.name + " '" + place, argument.type);
    }
  });
  return table("_ec2spotter_argument", "The kind of argument at place $2 of command $1.",
               "\"$1 $2\"", rows);
}

}  // namespace

std::string bash_completion(const Command& program) {
  return "# Completion for bash: ec2spotter.\n" + commands(program) + options(program) +
         kinds(program) + arguments(program) + kFunction;
}

}  // namespace ec2spotter::documents
