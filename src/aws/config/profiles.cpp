#include "aws/config/profiles.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kProfilePrefix = "profile ";

struct File {
  std::filesystem::path path;
  Ini ini;
  bool world_readable = false;
};

Result<File> read_ini(const Environment& environment, std::string_view variable_name,
                      std::string_view default_path) {
  File file;
  file.path = path_in(environment,
                      variable(environment, variable_name).value_or(std::string(default_path)));
  TRY(const auto text, read_small_file(file.path));
  if (!text) return file;
  TRY(file.ini, parse_ini(text->text, file.path.string()));
  file.world_readable = text->world_readable;
  return file;
}

// The config file says [profile x], except for [default].
std::optional<std::string> profile_of_config_section(const std::string& section) {
  if (section == "default") return section;
  if (section.starts_with(kProfilePrefix)) return section.substr(kProfilePrefix.size());
  return std::nullopt;
}

const IniSection* find_in(const Ini& ini, const std::string& name) {
  const auto it = ini.find(name);
  return it == ini.end() ? nullptr : &it->second;
}

std::optional<std::string> asked_for(const Environment& environment,
                                     const std::optional<std::string>& chosen) {
  if (chosen && !chosen->empty()) return chosen;
  if (auto name = variable(environment, "AWS_PROFILE")) return name;
  return variable(environment, "AWS_DEFAULT_PROFILE");
}

}  // namespace

Result<Profiles> Profiles::load(const Environment& environment,
                                const std::optional<std::string>& chosen) {
  TRY(File credentials, read_ini(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"));
  TRY(File config, read_ini(environment, "AWS_CONFIG_FILE", "~/.aws/config"));
  Profiles profiles;
  profiles.credentials_ = std::move(credentials.ini);
  profiles.config_ = std::move(config.ini);
  for (const auto& [section, settings] : profiles.config_) {
    if (const auto profile = profile_of_config_section(section)) {
      profiles.merged_[*profile] = settings;
    }
  }
  for (const auto& [profile, settings] : profiles.credentials_) {
    for (const auto& [key, value] : settings) profiles.merged_[profile][key] = value;
  }
  if (credentials.world_readable) {
    profiles.warnings_.push_back("every user of this machine can read " +
                                 credentials.path.string() + "; run chmod 600 on it");
  }
  const auto asked = asked_for(environment, chosen);
  profiles.name_ = asked.value_or("default");
  if (asked && profiles.find(*asked) == nullptr && *asked != "default") {
    return fail(Errc::invalid, "the profile '" + *asked + "' is neither in " +
                                   config.path.string() + " nor in " + credentials.path.string() +
                                   "; choose another with --profile or AWS_PROFILE");
  }
  return profiles;
}

const IniSection* Profiles::find(std::string_view profile) const {
  return find_in(merged_, std::string(profile));
}

const IniSection& Profiles::current() const {
  const auto* section = find(name_);
  return section == nullptr ? empty_ : *section;
}

const IniSection* Profiles::section(std::string_view kind, std::string_view name) const {
  return find_in(config_, std::string(kind) + " " + std::string(name));
}

const IniSection* Profiles::in_credentials_file(std::string_view profile) const {
  return find_in(credentials_, std::string(profile));
}

const IniSection* Profiles::in_config_file(std::string_view profile) const {
  const std::string name(profile);
  if (name == "default") {
    if (const auto* section = find_in(config_, name)) return section;
  }
  return find_in(config_, std::string(kProfilePrefix) + name);
}

std::string setting(const IniSection& section, const std::string& key) {
  const auto it = section.find(key);
  return it == section.end() ? std::string{} : it->second;
}

}  // namespace ec2spotter::aws
