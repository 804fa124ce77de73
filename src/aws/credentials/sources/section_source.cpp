// Credentials written out in a profile of the shared files.
#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

namespace {

// aws_security_token is the older name, and the SDKs read it first.
std::string session_token(const IniSection& section) {
  const std::string older = setting(section, "aws_security_token");
  return older.empty() ? setting(section, "aws_session_token") : older;
}

}  // namespace

MaybeCredentials credentials_from_section(const IniSection* section, std::string_view profile,
                                          std::string_view file) {
  if (section == nullptr) return std::nullopt;
  const std::string key = setting(*section, "aws_access_key_id");
  if (key.empty()) return std::nullopt;
  const std::string secret = setting(*section, "aws_secret_access_key");
  const std::string where = "profile '" + std::string(profile) + "' of the " + std::string(file);
  if (secret.empty()) {
    return fail(Errc::unauthorized,
                where + " has aws_access_key_id but no aws_secret_access_key; add it");
  }
  return Credentials{.access_key_id = key,
                     .secret_access_key = Secret(secret),
                     .session_token = Secret(session_token(*section)),
                     .source = where,
                     .renewal = "put new keys into that profile, for example with aws configure"};
}

}  // namespace ec2spotter::aws
