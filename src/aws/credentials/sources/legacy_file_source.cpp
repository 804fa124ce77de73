// The credentials file of the original ec2-spotter, /root/.aws.creds. Some tools let a shell source
// it; here it is parsed and never run. No message shows any of its values.
#include <algorithm>
#include <cctype>

#include "aws/credentials/sources/sources.hpp"
#include "base/shell_assignments.hpp"

namespace ec2spotter::aws {
namespace {

// IAM's key ids have 20 characters, its secrets 40. Source: IAM API reference, "AccessKey".
constexpr std::size_t kKeyIdMost = 32;

struct Values {
  std::string key;
  std::string secret;
  std::string token;
};

// AWS's tools have used names for a value that differ only in case and underscores.
std::string plain(std::string_view name) {
  std::string text;
  for (const unsigned char c : name) {
    if (c != '_') text += static_cast<char>(std::tolower(c));
  }
  return text;
}

std::string* value_named(std::string_view name, Values& values) {
  const std::string text = plain(name);
  if (text == "awsaccesskeyid" || text == "awsaccesskey") return &values.key;
  if (text == "awssecretkey" || text == "awssecretaccesskey") return &values.secret;
  if (text == "awssessiontoken" || text == "awssecuritytoken") return &values.token;
  return nullptr;
}

constexpr std::string_view kForm =
    "write AWSAccessKeyId=... and AWSSecretKey=..., a line each, and for temporary keys "
    "AWSSessionToken=...";

tl::unexpected<Error> wrong_line(int line, const std::string& what) {
  return fail(Errc::unauthorized, std::to_string(line) + ": " + what + "; " + std::string(kForm));
}

// Two words without names are the key and the secret, in this order.
Result<void> take_bare(const std::vector<Assignment>& lines, Values& values) {
  if (lines.size() != 2 || !lines.back().name.empty()) {
    return wrong_line(lines.front().line, "the line is not NAME=VALUE");
  }
  values.key = lines.front().value;
  values.secret = lines.back().value;
  return {};
}

Result<Values> read_values(const std::vector<Assignment>& lines) {
  Values values;
  if (!lines.empty() && lines.front().name.empty()) {
    TRY_VOID(take_bare(lines, values));
    return values;
  }
  for (const Assignment& line : lines) {
    if (line.name.empty()) return wrong_line(line.line, "the line is not NAME=VALUE");
    std::string* value = value_named(line.name, values);
    // What stands before the '=' may be the beginning of a secret.
    const bool shown =
        line.name.size() <= kKeyIdMost && line.value.find_first_not_of('=') != std::string::npos;
    if (value == nullptr) {
      return wrong_line(line.line, shown
                                       ? "'" + line.name + "' is not a name that this program knows"
                                       : "this program does not know the name");
    }
    *value = line.value;
  }
  return values;
}

// Everybody on the network path can read the key id, and AWS logs it.
bool may_be_key_id(std::string_view text) {
  return text.size() <= kKeyIdMost && text.find_first_of("/+= ") == std::string_view::npos;
}

Result<Values> read_complete(std::string_view text) {
  auto lines = read_assignments(text);
  if (!lines) return fail(Errc::unauthorized, lines.error().message + "; " + std::string(kForm));
  TRY(Values values, read_values(*lines));
  if (values.key.empty() || values.secret.empty()) {
    return fail(Errc::unauthorized,
                " it does not hold both the key and the secret; " + std::string(kForm));
  }
  if (!may_be_key_id(values.key)) {
    return fail(Errc::unauthorized,
                " the access key id looks like a secret, so it is not sent; " + std::string(kForm));
  }
  return values;
}

}  // namespace

Result<LegacyCredentials> credentials_from_legacy_file(const std::filesystem::path& path) {
  TRY(const auto file, read_small_file(path));
  if (!file) return LegacyCredentials{};
  auto values = read_complete(file->text);
  if (!values) return fail(Errc::unauthorized, path.string() + ":" + values.error().message);
  return LegacyCredentials{
      .credentials = Credentials{.access_key_id = std::move(values->key),
                                 .secret_access_key = Secret(std::move(values->secret)),
                                 .session_token = Secret(std::move(values->token)),
                                 .source = path.string(),
                                 .renewal = "put new keys into that file"},
      .world_readable = file->world_readable};
}

}  // namespace ec2spotter::aws
