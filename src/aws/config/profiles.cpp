#include "aws/config/profiles.hpp"

#include <algorithm>

#include "aws/config/words.hpp"

namespace ec2spotter::aws {
namespace {

struct File {
  std::filesystem::path path;
  Ini ini;
  bool world_readable = false;
};

Result<File> read_ini(const Environment& environment, std::string_view variable_name,
                      std::string_view default_path) {
  File file;
  const auto named = variable(environment, variable_name);
  file.path =
      path_in(environment, with_variables(environment, named.value_or(std::string(default_path))));
  TRY(const auto text, read_small_file(file.path));
  if (!text) return file;
  TRY(file.ini, parse_ini(text->text, file.path.string()));
  file.world_readable = text->world_readable;
  return file;
}

// The name in a section of the config file: "work" in [profile work] and in [profile "work"], or
// nothing when the section is of another kind or has more words.
// Source: botocore, which looks at the beginning of the first word alone.
std::optional<std::string> name_of_section(std::string_view kind, const std::string& section) {
  if (!section.starts_with(kind)) return std::nullopt;
  const auto words = split_words(section);
  if (!words || words->size() != 2) return std::nullopt;
  return words->at(1);
}

// The config file says [profile x], except for [default].
std::optional<std::string> profile_of_config_section(const std::string& section) {
  if (section == "default") return section;
  return name_of_section("profile", section);
}

const IniSection* find_in(const std::map<std::string, IniSection>& profiles,
                          std::string_view name) {
  const auto it = profiles.find(std::string(name));
  return it == profiles.end() ? nullptr : &it->second;
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
  profiles.config_ = std::move(config.ini);
  for (const auto& [section, settings] : profiles.config_) {
    if (const auto profile = profile_of_config_section(section)) {
      profiles.in_config_[*profile] = settings;
    }
  }
  profiles.merged_ = profiles.in_config_;
  for (const auto& [profile, settings] : credentials.ini) {
    profiles.credentials_[profile] = settings;
    for (const auto& [key, value] : settings) profiles.merged_[profile][key] = value;
    profiles.merged_.try_emplace(profile);
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
  return find_in(merged_, profile);
}

const IniSection& Profiles::current() const {
  const auto* section = find(name_);
  return section == nullptr ? empty_ : *section;
}

const IniSection* Profiles::section(std::string_view kind, std::string_view name) const {
  const auto found = std::find_if(config_.rbegin(), config_.rend(), [&](const auto& section) {
    return name_of_section(kind, section.name) == name;
  });
  return found == config_.rend() ? nullptr : &found->settings;
}

const IniSection* Profiles::in_credentials_file(std::string_view profile) const {
  return find_in(credentials_, profile);
}

const IniSection* Profiles::in_config_file(std::string_view profile) const {
  return find_in(in_config_, profile);
}

std::string setting(const IniSection& section, const std::string& key) {
  const auto it = section.find(key);
  return it == section.end() ? std::string{} : it->second;
}

}  // namespace ec2spotter::aws
