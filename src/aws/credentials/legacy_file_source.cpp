// The credentials file of the original ec2-spotter, /root/.aws.creds. It was sourced by a shell;
// here it is parsed and never run.
#include "aws/credentials/sources.hpp"

namespace ec2spotter::aws {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.front() == text.back();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

struct Values {
  std::string key;
  std::string secret;
  std::string token;
};

// The first line without a name is the key, the second the secret; a secret may end in '='.
void take_line(std::string_view line, Values& values) {
  if (line.starts_with("export ")) line = trimmed(line.substr(7));
  const auto equals = line.find('=');
  const std::string_view name = line.substr(0, equals);
  const auto value = [&] { return unquoted(line.substr(equals + 1)); };
  if (equals != std::string_view::npos && name.starts_with("AWS_")) {
    if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_ACCESS_KEY") values.key = value();
    if (name == "AWS_SECRET_ACCESS_KEY" || name == "AWS_SECRET_KEY") values.secret = value();
    if (name == "AWS_SESSION_TOKEN") values.token = value();
  } else if (values.key.empty()) {
    values.key = unquoted(line);
  } else if (values.secret.empty()) {
    values.secret = unquoted(line);
  }
}

Values read_values(std::string_view text) {
  Values values;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    if (!line.empty() && !line.starts_with('#')) take_line(line, values);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return values;
}

}  // namespace

Result<LegacyCredentials> credentials_from_legacy_file(const std::filesystem::path& path) {
  TRY(const auto file, read_small_file(path));
  if (!file) return LegacyCredentials{};
  Values values = read_values(file->text);
  if (values.key.empty() || values.secret.empty()) {
    return fail(Errc::unauthorized,
                path.string() +
                    " does not hold both AWS_ACCESS_KEY_ID=... and "
                    "AWS_SECRET_ACCESS_KEY=..., a line each; complete or remove it");
  }
  return LegacyCredentials{
      .credentials = Credentials{.access_key_id = std::move(values.key),
                                 .secret_access_key = Secret(std::move(values.secret)),
                                 .session_token = Secret(std::move(values.token)),
                                 .source = path.string(),
                                 .renewal = "put new keys into that file"},
      .world_readable = file->world_readable};
}

}  // namespace ec2spotter::aws
