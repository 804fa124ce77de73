// The profiles of the shared config and credentials files, merged as the AWS CLI merges them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/config/environment.hpp"
#include "aws/config/ini.hpp"

namespace ec2spotter::aws {

class Profiles {
 public:
  // Reads AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config), in
  // which "~" and "$NAME" are replaced; absent files are empty. `chosen` is the --profile option;
  // else AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". Errors: io and invalid, naming the file;
  // invalid when a profile that was asked for is in neither file.
  static Result<Profiles> load(const Environment& environment,
                               const std::optional<std::string>& chosen);

  const std::string& name() const { return name_; }
  // The profile's settings, or nullptr when there is no such profile. The credentials file's
  // settings win.
  const IniSection* find(std::string_view profile) const;
  // The chosen profile; empty when "default" is in neither file.
  const IniSection& current() const;
  // A section of the config file such as ("services", "local"), or nullptr; the last one, if two
  // have the same name but for quotes.
  const IniSection* section(std::string_view kind, std::string_view name) const;
  // The profile's settings in one file alone, for the order of the credential sources.
  const IniSection* in_credentials_file(std::string_view profile) const;
  const IniSection* in_config_file(std::string_view profile) const;

  // For the user; never a secret.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using ByName = std::map<std::string, IniSection>;

  Ini config_;
  ByName credentials_;  // by profile name, as the next two
  ByName in_config_;
  ByName merged_;
  IniSection empty_;
  std::string name_;
  std::vector<std::string> warnings_;
};

// The setting's value, or "".
std::string setting(const IniSection& section, const std::string& key);

}  // namespace ec2spotter::aws
