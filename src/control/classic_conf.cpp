#include <algorithm>
#include <array>
#include <utility>

#include "control/machine_file.hpp"

namespace ec2spotter {
namespace {

struct Line {
  std::string key;
  std::string value;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The value of the right side: quoted as a whole, or bare up to a comment.
Result<std::string> read_value(std::string_view text) {
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const std::size_t end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return fail(Errc::invalid, "the quote is not closed");
    const std::string_view rest = trimmed(text.substr(end + 1));
    if (!rest.empty() && rest.front() != '#') {
      return fail(Errc::invalid, "there is text after the closing quote");
    }
    return std::string(text.substr(1, end - 1));
  }
  const std::string_view bare = trimmed(text.substr(0, text.find(" #")));
  if (bare.find_first_of("$`();&|<> \t") != std::string_view::npos) {
    return fail(Errc::invalid, "the file is read, not run by a shell; write the value itself");
  }
  return std::string(bare);
}

// None for blank lines and comments.
Result<std::optional<Line>> read_line(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.front() == '#') return std::nullopt;
  if (text.starts_with("export ")) text = trimmed(text.substr(7));
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return fail(Errc::invalid, "expected KEY=VALUE");
  TRY(std::string value, read_value(trimmed(text.substr(equals + 1))));
  return Line{std::string(trimmed(text.substr(0, equals))), std::move(value)};
}

void set_volume_name(Machine& machine, const std::string& value) {
  if (value.starts_with("vol-")) {
    machine.volume.id = VolumeId(value);
  } else {
    machine.volume.name_tag = value;
  }
}

using Setter = void (*)(Machine&, const std::string&);

constexpr std::array<std::pair<std::string_view, Setter>, 12> kSetters{{
    {"ec2spotter_volume_name", set_volume_name},
    {"ec2spotter_volume_zone", [](Machine& m, const std::string& v) { m.zone = v; }},
    {"ec2spotter_launch_zone", [](Machine&, const std::string&) {}},
    {"ec2spotter_instance_type", [](Machine& m, const std::string& v) { m.types = {v}; }},
    {"ec2spotter_bid_price", [](Machine& m, const std::string& v) { m.max_price = v; }},
    {"ec2spotter_key_name", [](Machine& m, const std::string& v) { m.key_name = v; }},
    {"ec2spotter_subnet", [](Machine& m, const std::string& v) { m.subnet = v; }},
    {"ec2spotter_security_group",
     [](Machine& m, const std::string& v) { m.security_groups = {v}; }},
    {"ec2spotter_elastic_ip", [](Machine& m, const std::string& v) { m.elastic_ip = v; }},
    {"ec2spotter_instance_name", [](Machine& m, const std::string& v) { m.instance_name = v; }},
    {"ec2spotter_unattended", [](Machine& m, const std::string& v) { m.unattended = v == "yes"; }},
    {"ec2spotter_preboot_image_id", [](Machine& m, const std::string& v) { m.image = v; }},
}};

std::string unknown_key(const std::string& key) {
  std::vector<std::string> known;
  known.reserve(kSetters.size());
  for (const auto& [name, setter] : kSetters) known.emplace_back(name);
  return "unknown key '" + key + "'; did you mean '" + nearest(key, known) + "'?";
}

}  // namespace

Result<Machine> parse_classic_conf(std::string_view text, const std::string& origin,
                                   const std::string& default_name) {
  Machine machine;
  machine.name = MachineName(default_name);
  machine.owner = OwnerId("default");
  std::string launch_zone;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string at = origin + ":" + std::to_string(number) + ": ";
    const auto line = read_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line) return fail(Errc::invalid, at + line.error().message);
    if (!*line) continue;
    const auto& [key, value] = **line;
    const auto setter =
        std::find_if(kSetters.begin(), kSetters.end(),
                     [&name = key](const auto& entry) { return entry.first == name; });
    if (setter == kSetters.end()) return fail(Errc::invalid, at + unknown_key(key));
    if (key == "ec2spotter_launch_zone") launch_zone = value;
    if (key == "ec2spotter_unattended" && value != "yes" && value != "no" && !value.empty()) {
      return fail(Errc::invalid, at + key + " must be yes or no");
    }
    if (!value.empty()) setter->second(machine, value);
  }
  if (!launch_zone.empty() && !machine.zone.empty() && launch_zone != machine.zone) {
    return fail(Errc::invalid,
                origin + ": the volume is in " + machine.zone + " and the launch zone is " +
                    launch_zone +
                    "; EC2 attaches a volume only in its own zone, so make them equal");
  }
  if (machine.zone.empty()) machine.zone = launch_zone;
  return check_machine(std::move(machine), origin);
}

}  // namespace ec2spotter
