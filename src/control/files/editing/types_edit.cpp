#include "control/files/editing/types_edit.hpp"

#include <optional>

#include "control/files/machine_file.hpp"
#include "control/files/toml_library.hpp"

namespace ec2spotter {
namespace {

// Where a value stands in the text, in bytes.
struct Place {
  std::size_t begin = 0, end = 0;
};

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// How many bytes a byte order mark takes.
std::size_t mark_of(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

// Where a place of the parser is, which counts lines from 1, and in them characters from 1.
std::optional<std::size_t> offset_of(const std::string& text, const toml::source_position& place) {
  std::size_t at = mark_of(text);
  for (toml::source_index line = 1; line < place.line; ++line) {
    at = text.find('\n', at);
    if (at == std::string::npos) return std::nullopt;
    ++at;
  }
  for (toml::source_index column = 1; column < place.column; ++column) {
    if (at >= text.size()) return std::nullopt;
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
  }
  return at;
}

// The list of types that holds in the region; nullptr: the file has none.
const toml::node* types_in(const toml::table& file, const std::string& region) {
  const toml::node* own = file["regions"][region]["types"].node();
  return own != nullptr ? own : file.get("types");
}

std::optional<Place> find_in_toml(const std::string& text, const std::string& region) {
  const toml::parse_result parsed = toml::parse(std::string_view(text).substr(mark_of(text)));
  if (!parsed) return std::nullopt;
  const toml::node* types = types_in(parsed.table(), region);
  if (types == nullptr) return std::nullopt;
  const auto begin = offset_of(text, types->source().begin);
  if (!begin || text[*begin] != '[') return std::nullopt;
  const auto end = offset_of(text, types->source().end);
  if (!end || *end <= *begin || text[*end - 1] != ']') return std::nullopt;
  return Place{.begin = *begin, .end = *end};
}

// The value behind the last assignment of a shell's variable: up to a blank, or within quotes.
std::optional<Place> find_in_classic(const std::string& text, std::string_view name) {
  const std::size_t found = text.rfind(name);
  if (found == std::string::npos) return std::nullopt;
  std::size_t at = text.find_first_not_of(" \t", found + name.size());
  if (at == std::string::npos || text[at] != '=') return std::nullopt;
  at = text.find_first_not_of(" \t", at + 1);
  if (at == std::string::npos) return std::nullopt;
  const bool quoted = text[at] == '"' || text[at] == '\'';
  const std::size_t end =
      quoted ? text.find(text[at], at + 1) : text.find_first_of(" \t\r\n#;", at);
  if (quoted && end == std::string::npos) return std::nullopt;
  return Place{.begin = at, .end = end == std::string::npos ? text.size() : end + (quoted ? 1 : 0)};
}

std::string list_of(const std::vector<std::string>& types) {
  std::string list;
  for (const std::string& type : types) list += (list.empty() ? "\"" : ", \"") + type + "\"";
  return "[" + list + "]";
}

Machine* in_region(Machine& machine, const std::string& region) {
  for (Machine& other : machine.elsewhere) {
    if (other.region == region) return &other;
  }
  return &machine;
}

// Are both the same but for types, and has the one of the region the wanted ones?
bool means(Machine changed, Machine before, const std::string& region,
           const std::vector<std::string>& types) {
  if (in_region(changed, region)->types != types) return false;
  const auto forget = [](Machine& machine) {
    machine.types.clear();
    for (Machine& other : machine.elsewhere) other.types.clear();
  };
  forget(changed);
  forget(before);
  return changed == before;
}

}  // namespace

Result<std::string> with_types(const std::string& text, const std::string& path,
                               const std::string& region, const std::vector<std::string>& types) {
  TRY(Machine before, parse_machine_file(text, path));
  Machine& here = *in_region(before, region);
  if (here.requirements) {
    return fail(Errc::invalid,
                path +
                    " has requirements, by which EC2's types are chosen, instead of a list of "
                    "types; change the requirements there, or write types in their place");
  }
  if (here.types == types) return text;
  const bool classic = is_classic_file(text, path);
  if (classic && types.size() > 1) {
    return fail(Errc::invalid, path +
                                   " is a classic file, which names one instance type; give "
                                   "one, or write a .toml file");
  }
  const auto place =
      classic ? find_in_classic(text, "ec2spotter_instance_type") : find_in_toml(text, region);
  std::string changed = text;
  if (place) {
    changed.replace(place->begin, place->end - place->begin,
                    classic ? types.front() : list_of(types));
  }
  const auto after = parse_machine_file(changed, path);
  if (place && after && means(*after, before, region, types)) return changed;
  return fail(Errc::invalid, path +
                                 " cannot be changed without a doubt about what it means; "
                                 "write the types there yourself: " +
                                 list_of(types));
}

}  // namespace ec2spotter
