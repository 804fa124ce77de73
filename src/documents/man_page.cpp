#include "documents/man_page.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace ec2spotter::documents {
namespace {

// As roff reads it: no hyphen is broken, and no line begins with a control character.
std::string roff(const std::string& text) {
  std::string safe = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
  return safe;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string value(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

// A sentence of help, as one of a page: it begins with a capital letter and ends with a full stop.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + (text.ends_with('.') ? "" : ".");
}

std::string heading(const std::string& title, const std::string& version, const std::string& date) {
  std::string upper = title;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
  return ".TH " + roff(upper) + " 1 \"" + date + "\" \"ec2spotter " + version +
         "\" \"User Commands\"\n";
}

std::string name_line(const std::string& name, const std::string& about) {
  return ".SH NAME\n" + roff(name) + " \\- " + roff(about) + "\n";
}

std::string synopsis(const Command& command) {
  std::string line = bold("ec2spotter");
  if (!command.name.empty()) line += " " + bold(command.name);
  line += " [" + value("OPTIONS") + "]";
  if (!command.commands.empty()) line += " " + value("COMMAND");
  for (const Given& argument : command.arguments) {
    const std::string name = value(argument.names.front()) + (argument.many ? " ..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  return line + "\n";
}

std::string item(const Given& given) {
  std::string names;
  for (const std::string& name : given.names) {
    if (!names.empty()) names += ", ";
    names += name.starts_with('-') ? bold(name) : value(name);
  }
  if (given.names.front().starts_with('-') && !given.type.empty()) names += " " + value(given.type);
  std::string about = given.about;
  if (!given.range.empty()) about += " (" + given.range + ")";
  return ".TP\n" + names + "\n" + roff(sentence(about)) + "\n";
}

std::string items(const std::string& title, const std::vector<Given>& all) {
  if (all.empty()) return {};
  std::string text = ".SH " + title + "\n";
  for (const Given& each : all) text += item(each);
  return text;
}

std::string examples(const std::vector<cli::Example>& all) {
  std::string text = ".SH EXAMPLES\n";
  for (const cli::Example& each : all) {
    text += ".TP\n" + bold(std::string(each.words)) + "\n";
    text += roff(sentence(std::string(each.about))) + "\n";
  }
  return text;
}

std::string exit_codes() {
  const std::vector<std::pair<std::string, std::string>> codes{
      {"0", "done"},
      {"1", "failed"},
      {"2", "wrong usage or wrong input"},
      {"3", "refused: it would destroy something, or it belongs to somebody else"},
      {"4", "unauthorized"},
      {"5", "no capacity in any pool, each named with its reason"},
      {"130", "interrupted; run it again to go on"},
  };
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, about] : codes) {
    text += ".TP\n" + bold(code) + "\n" + roff(sentence(about)) + "\n";
  }
  return text;
}

std::string see_also(const std::string& first) {
  return ".SH SEE ALSO\n" + first +
         "The manual has every key of a machine file, and what each reason means:\n"
         "docs/manual/ec2spotter.md and docs/manual/reasons.md in the source, or the\n"
         "same files below /usr/share/doc/ec2spotter, from the Debian package.\n";
}

}  // namespace

std::string man_page(const Command& program, const std::string& version, const std::string& date) {
  std::string page = heading("ec2spotter", version, date);
  page += name_line("ec2spotter", "ordinary, stateful Linux machines on EC2 Spot");
  page += ".SH SYNOPSIS\n" + synopsis(program);
  page += ".SH DESCRIPTION\n" + roff(sentence(program.about)) + "\n";
  page += ".SH COMMANDS\n";
  std::string group;
  for (const Command& command : program.commands) {
    if (command.group != group) page += ".SS " + command.group + "\n";
    group = command.group;
    page += ".TP\n\\fBec2spotter\\-" + roff(command.name) + "\\fR(1)\n";
    page += roff(sentence(command.about)) + "\n";
  }
  page += items("OPTIONS", program.options);
  page += exit_codes();
  return page + see_also("");
}

std::string man_page_of(const Command& command, const std::string& version,
                        const std::string& date) {
  const std::string title = "ec2spotter-" + command.name;
  std::string page = heading(title, version, date) + name_line(title, command.about);
  page += ".SH SYNOPSIS\n" + synopsis(command) + examples(command.examples);
  page += items("ARGUMENTS", command.arguments) + items("OPTIONS", command.options);
  if (!command.commands.empty()) page += ".SH COMMANDS\n";
  for (const Command& each : command.commands) {
    page += ".SS " + roff(each.name) + "\n" + synopsis(each) + ".PP\n";
    page += roff(sentence(each.about)) + "\n";
    for (const Given& argument : each.arguments) page += item(argument);
    for (const Given& option : each.options) page += item(option);
  }
  return page + see_also("\\fBec2spotter\\fR(1) has the options of every command.\n.PP\n");
}

}  // namespace ec2spotter::documents
