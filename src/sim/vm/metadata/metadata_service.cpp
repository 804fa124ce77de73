// The answers; the server is in metadata_server.cpp.
#include "sim/vm/metadata/metadata_service.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <vector>

#include "base/base64.hpp"

namespace ec2spotter::sim {
namespace {

using std::chrono::seconds;

constexpr long kTtlMost = 21600;
constexpr std::size_t kTokensMost = 1024;

// The versions that EC2 lists at "/"; all show the same here.
constexpr std::array<std::string_view, 29> kVersions{
    "1.0",        "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15",
    "2008-02-01", "2008-09-01", "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12",
    "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02",
    "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03",
    "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11", "latest"};

std::string header(const MetadataRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

MetadataReply error(int status, const char* text) { return {.status = status, .body = text}; }

MetadataReply issue_token(const MetadataRequest& request, MetadataTokens& tokens, SteadyTime now) {
  if (request.headers.contains("x-forwarded-for")) return error(403, "Forbidden");
  const std::string text = header(request, "x-aws-ec2-metadata-token-ttl-seconds");
  long ttl = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), ttl);
  if (failure != std::errc{} || stop != text.data() + text.size() || ttl < 1 || ttl > kTtlMost) {
    return error(400, "Bad Request");
  }
  return {.status = 200, .body = tokens.issue(now, seconds(ttl)), .token_ttl_seconds = ttl};
}

// "//latest/meta-data/" -> {"latest", "meta-data"}.
std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> segments;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

std::string join(const std::vector<std::string>& segments, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < segments.size(); ++i) text += (i > from ? "/" : "") + segments[i];
  return text;
}

std::string lines(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "\n") + name;
  return text;
}

// An entry "public-keys/0=name" names the folder "public-keys/0/" in listings.
bool is_folder_label(const std::string& path) { return path.find('=') != std::string::npos; }

// The names below `folder` ("" or ending in a slash); nothing when no entry is there.
std::optional<std::string> listing(const MetadataView& view, const std::string& folder) {
  std::set<std::string> names;
  for (const auto& [path, value] : view.entries) {
    if (!path.starts_with(folder) || (value.empty() && !is_folder_label(path))) continue;
    const std::string rest = path.substr(folder.size());
    const std::size_t slash = rest.find('/');
    names.insert(rest.substr(0, slash) + (slash == std::string::npos ? "" : "/"));
  }
  for (const std::string& label : std::set<std::string>(names)) {
    if (is_folder_label(label)) names.erase(label.substr(0, label.find('=')) + "/");
  }
  if (folder.empty() && !view.user_data.empty()) names.insert("user-data");
  if (names.empty()) return std::nullopt;
  return lines(names);
}

std::optional<std::string> value_at(const MetadataView& view, const std::string& path) {
  if (path == "user-data" && !view.user_data.empty()) return view.user_data;
  for (const auto& [name, value] : view.entries) {
    if (name == path && !value.empty() && !is_folder_label(name)) return value;
  }
  return std::nullopt;
}

MetadataReply look_up(const MetadataView& view, const std::string& path) {
  const std::vector<std::string> segments = segments_of(path);
  if (segments.empty()) {
    std::set<std::string> versions(kVersions.begin(), kVersions.end());
    return {.status = 200, .body = lines(versions)};
  }
  if (std::find(kVersions.begin(), kVersions.end(), segments[0]) == kVersions.end()) {
    return error(404, "Not Found");
  }
  const std::string rest = join(segments, 1);
  if (!path.ends_with('/')) {
    if (auto value = value_at(view, rest)) return {.status = 200, .body = std::move(*value)};
  }
  if (auto names = listing(view, rest.empty() ? rest : rest + "/")) {
    return {.status = 200, .body = std::move(*names)};
  }
  return error(404, "Not Found");
}

}  // namespace

std::string MetadataTokens::issue(SteadyTime now, std::chrono::seconds ttl) {
  std::erase_if(expiry_, [&](const auto& entry) { return entry.second <= now; });
  if (expiry_.size() >= kTokensMost) {
    expiry_.erase(
        std::min_element(expiry_.begin(), expiry_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  std::string bytes(39, '\0');
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) bytes.clear();
  CHECK(!bytes.empty());
  std::string token = base64_encode(bytes);
  std::replace(token.begin(), token.end(), '+', '-');
  std::replace(token.begin(), token.end(), '/', '_');
  token += "==";
  expiry_[token] = now + ttl;
  return token;
}

std::chrono::seconds MetadataTokens::left(const std::string& token, SteadyTime now) {
  const auto found = expiry_.find(token);
  if (found == expiry_.end() || found->second <= now) return seconds(0);
  return std::chrono::ceil<seconds>(found->second - now);
}

MetadataReply answer_metadata(const MetadataRequest& request, const MetadataView& view,
                              MetadataTokens& tokens, SteadyTime now) {
  if (!view.enabled) return error(403, "Forbidden");
  const bool is_token_path = request.path == "/latest/api/token";
  if (is_token_path && request.method == "PUT") return issue_token(request, tokens, now);
  if (is_token_path || (request.method != "GET" && request.method != "HEAD")) {
    return error(405, "Method Not Allowed");
  }
  const std::string token = header(request, "x-aws-ec2-metadata-token");
  const seconds left = tokens.left(token, now);
  if (left.count() == 0 && (view.tokens_required || !token.empty())) {
    return error(401, "Unauthorized");
  }
  MetadataReply reply = look_up(view, request.path);
  reply.token_ttl_seconds = left.count();
  return reply;
}

}  // namespace ec2spotter::sim
