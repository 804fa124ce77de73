// Reads a classic .conf: the keys of the original, those of its forks, and those that it had once.
#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.hpp"
#include "base/shell_assignments.hpp"
#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

void set_volume_name(Machine& machine, const std::string& value) {
  if (value.starts_with("vol-")) {
    machine.volume.id = VolumeId(value);
  } else {
    machine.volume.name_tag = value;
  }
}

using Setter = void (*)(Machine&, const std::string&);

constexpr auto kSetters = std::to_array<std::pair<std::string_view, Setter>>({
    {"ec2spotter_volume_name", set_volume_name},
    {"ec2spotter_volume_id", [](Machine& m, const std::string& v) { m.volume.id = VolumeId(v); }},
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
    {"ec2spotter_hostname", [](Machine& m, const std::string& v) { m.instance_name = v; }},
    {"ec2spotter_unattended", [](Machine& m, const std::string& v) { m.unattended = v == "yes"; }},
    {"ec2spotter_preboot_image_id", [](Machine& m, const std::string& v) { m.image = v; }},
});

// Keys that the original had once, and what to say about them.
constexpr std::string_view k24x7 =
    "is for the original's 24x7 mode, which launches an image and keeps no volume; this program "
    "cannot use it: write a file that names a volume (ec2spotter_volume_name)";
constexpr auto kFormerKeys = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ec2spotter_image_name", k24x7},
    {"ec2spotter_control_ip", k24x7},
    {"ec2spotter_volume_size", k24x7},
    {"ec2spotter_kernel_id",
     "names a kernel image for paravirtual instances, which today's instance types do not use; "
     "remove "
     "the line: the instance starts the volume's own kernel"},
});

std::string unknown_key(const std::string& key) {
  for (const auto& [former, meaning] : kFormerKeys) {
    if (key == former) return key + " " + std::string(meaning);
  }
  std::vector<std::string> known;
  known.reserve(kSetters.size());
  for (const auto& [name, setter] : kSetters) known.emplace_back(name);
  return "unknown key '" + key + "'" + did_you_mean(key, known);
}

// What is wrong with a line, whatever its key's value means.
std::optional<std::string> check(const Assignment& line) {
  if (line.name.empty()) return "expected KEY=VALUE";
  if (line.active) return "the file is read, not run by a shell; write the value itself";
  if (line.name == "ec2spotter_unattended" && line.value != "yes" && line.value != "no" &&
      !line.value.empty()) {
    return line.name + " must be yes or no";
  }
  if (line.name == "ec2spotter_volume_id" && !line.value.empty() &&
      !line.value.starts_with("vol-")) {
    return line.name + " must be a volume's id, vol-...; its Name tag goes into " +
           "ec2spotter_volume_name";
  }
  return std::nullopt;
}

}  // namespace

Result<Machine> parse_classic_conf(std::string_view text, const std::string& origin,
                                   const std::string& default_name) {
  Machine machine;
  machine.name = MachineName(default_name);
  machine.owner = OwnerId(kDefaultOwner);
  std::string launch_zone;
  const auto lines = read_assignments(text);
  if (!lines) return fail(Errc::invalid, origin + ":" + lines.error().message);
  for (const Assignment& line : *lines) {
    const std::string at = origin + ":" + std::to_string(line.line) + ": ";
    if (auto wrong = check(line)) return fail(Errc::invalid, at + *wrong);
    const auto setter = std::find_if(kSetters.begin(), kSetters.end(),
                                     [&](const auto& entry) { return entry.first == line.name; });
    if (setter == kSetters.end()) return fail(Errc::invalid, at + unknown_key(line.name));
    if (line.name == "ec2spotter_launch_zone") launch_zone = line.value;
    if (!line.value.empty()) setter->second(machine, line.value);
  }
  if (!launch_zone.empty() && !machine.zone.empty() && launch_zone != machine.zone) {
    return fail(Errc::invalid,
                origin + ": the volume is in " + machine.zone + " and the launch zone is " +
                    launch_zone +
                    "; EC2 attaches a volume only in its own zone, so give both the same zone");
  }
  if (machine.zone.empty()) machine.zone = launch_zone;
  return check_machine(std::move(machine), origin);
}

}  // namespace ec2spotter
