#include "control/files/machine_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "control/files/data_volume_keys.hpp"
#include "control/files/network_keys.hpp"
#include "control/files/storage_keys.hpp"
#include "model/text/price.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

constexpr std::size_t kFileBytesMost = 1 << 20;

std::optional<std::string> check_types(const Machine& machine) {
  if (machine.requirements && !machine.types.empty()) {
    return "the file has both types and requirements, and each says which pools to use; remove one";
  }
  if (machine.requirements && machine.pool_order == PoolOrder::listed) {
    return "pool_order = \"listed\" needs the list types, which requirements replace; use "
           "price or capacity";
  }
  if (machine.requirements || !machine.types.empty()) return std::nullopt;
  return "types is missing; name at least one instance type, or give requirements instead";
}

// A zone lies in one region, so a file with a zone needs no region.
Result<void> settle_region(Machine& machine, const std::string& origin) {
  if (machine.zone.empty()) return {};
  auto region = region_of_zone(machine.zone);
  if (!region) return fail(with_context(std::move(region).error(), origin + ": the zone"));
  if (machine.region.empty()) machine.region = *region;
  if (machine.region == *region) return {};
  return fail(Errc::invalid, origin + ": the zone " + machine.zone + " is not in the region " +
                                 machine.region + "; correct one of them");
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The zones where the machine may live belong to one region, and agree with the rest of the file.
Result<void> check_zones(Machine& machine, const std::string& origin) {
  const auto wrong = [&](const std::string& what) {
    return fail(Errc::invalid, origin + ": " + what);
  };
  if (!machine.subnet.empty() && !machine.subnets.empty()) {
    return wrong("the file has both subnet and subnets; keep subnets, with one for each zone");
  }
  if (machine.zones.empty()) return {};
  if (!machine.zone.empty()) {
    return wrong(
        "the file has both zone, which keeps the machine there, and zones, where it may live; "
        "remove one");
  }
  if (!machine.subnet.empty()) {
    return wrong("subnet is in one zone, and zones names several; use subnets, with one for each");
  }
  std::set<std::string> seen;
  for (const std::string& zone : machine.zones) {
    if (!seen.insert(zone).second) return wrong("zones names " + zone + " twice");
    if (zone == kAnyZone) continue;
    auto region = region_of_zone(zone);
    if (!region) return fail(with_context(std::move(region).error(), origin + ": zones"));
    if (machine.region.empty()) machine.region = *region;
    if (machine.region != *region) {
      return wrong("the zone " + zone + " is not in the region " + machine.region +
                   "; name zones of another region in the table [regions." + *region + "]");
    }
  }
  if (seen.contains(std::string(kAnyZone)) && seen.size() > 1) {
    return wrong("zones names any and single zones; keep one or the other");
  }
  return {};
}

// Only a classic file begins with such a key, whatever the file is called.
bool looks_classic(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export")) {
      line.remove_prefix(6);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    }
    return line.starts_with("ec2spotter_");
  }
  return false;
}

// A classic file cannot name its machine, so the file's name is used.
std::string name_of_classic(const std::filesystem::path& file) {
  std::string name = (file.extension() == ".conf" ? file.stem() : file.filename()).string();
  for (char& c : name) {
    if (!is_name(std::string_view(&c, 1))) c = '-';
  }
  return name;
}

// Why unattended machines cannot have this engine; nullptr: they can.
const char* only_supervised(Engine engine) {
  if (engine == Engine::swap) {
    return "engine = \"swap\" needs a controller, and an unattended machine has none; use another "
           "engine";
  }
  if (engine == Engine::replace) {
    return "engine = \"replace\" is not for unattended machines: IAM has no condition that would "
           "keep their instances' own role from every other volume; use another engine";
  }
  return nullptr;
}

}  // namespace

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

Result<Machine> check_machine(Machine machine, const std::string& origin) {
  const auto missing = [&](const std::string& what) {
    return fail(Errc::invalid, origin + ": " + what);
  };
  if (!is_name(machine.name.str())) {
    return missing("name '" + machine.name.str() +
                   "' must be 1 to 64 letters, digits, '-', '_' or '.'");
  }
  if (!is_name(machine.owner.str()))
    return missing("owner must be 1 to 64 letters, digits, '-', '_' or '.'");
  if (machine.volume.id.empty() == machine.volume.name_tag.empty()) {
    return missing("give the root volume once: either its id (vol-...) or its Name tag");
  }
  if (machine.image.empty()) {
    return missing("image is missing; name the preboot image: ami-... or resolve:ssm:NAME");
  }
  TRY_VOID(settle_region(machine, origin));
  TRY_VOID(check_zones(machine, origin));
  TRY_VOID(check_data_volumes(machine, origin));
  if (auto wrong = check_types(machine)) return missing(*wrong);
  if (machine.max_price && !is_price(*machine.max_price)) {
    return missing("the maximum price '" + *machine.max_price +
                   "' must be US dollars an hour above 0.001, such as \"0.05\"");
  }
  if (machine.markets.empty()) return missing("markets is empty; name spot, on-demand, or both");
  const bool both = uses_market(machine, Market::spot) && uses_market(machine, Market::on_demand);
  if (!both && machine.on_demand_after > Duration::zero()) {
    return missing("on_demand_after works only with markets = [\"spot\", \"on-demand\"]");
  }
  if (!both && machine.return_to_spot.when != ReturnToSpot::When::never) {
    return missing("return_to_spot works only with markets = [\"spot\", \"on-demand\"]");
  }
  if (both && machine.unattended.value_or(false)) {
    return missing("an unattended machine's fleet uses one market; name spot or on-demand");
  }
  if (machine.unattended.value_or(false)) {
    if (const char* why = only_supervised(machine.engine)) return missing(why);
  }
  if (const char* why = contradicts_kept_address(machine)) return missing(why);
  if (const auto wrong = check_kms_key(machine)) return missing(*wrong);
  return machine;
}

bool is_classic_file(std::string_view text, const std::string& path) {
  return std::filesystem::path(path).extension() == ".conf" || looks_classic(text);
}

Result<Machine> parse_machine_file(std::string_view text, const std::string& path) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::filesystem::path name(path);
  if (is_classic_file(text, path)) return parse_classic_conf(text, path, name_of_classic(name));
  return parse_machine_toml(text, path, name.stem().string());
}

Result<std::string> read_file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::io, path + " cannot be read; check its name and your rights");
  std::string text(kFileBytesMost, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(Errc::io, path + " cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<Machine> read_machine_file(const std::string& path) {
  TRY(const std::string text, read_file_text(path));
  return parse_machine_file(text, path);
}

}  // namespace ec2spotter
