#include "aws/net/url.hpp"

#include <algorithm>
#include <charconv>

namespace ec2spotter::aws {
namespace {

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_plain_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '\x7f'; });
}

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (port < 1 || port > 65535) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
           });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), is_host_character);
}

bool split_authority(std::string_view authority, Url& url) {
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = std::string(authority.substr(0, colon));
  std::transform(url.host.begin(), url.host.end(), url.host.begin(), lower);
  url.port = default_port(url.scheme);
  if (colon == std::string_view::npos) return is_host(url.host);
  const auto port = parse_port(authority.substr(colon + 1));
  if (port) url.port = *port;
  return port.has_value() && is_host(url.host);
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const auto separator = text.find("://");
  if (separator == std::string_view::npos || !is_plain_text(text)) return std::nullopt;
  if (text.find('#') != std::string_view::npos) return std::nullopt;
  Url url;
  for (const char c : text.substr(0, separator)) url.scheme += lower(c);
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(separator + 3);

  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  if (!split_authority(text.substr(0, authority_end), url)) return std::nullopt;
  text.remove_prefix(authority_end);

  const auto question = text.find('?');
  if (question != std::string_view::npos) {
    url.query = std::string(text.substr(question + 1));
    text = text.substr(0, question);
  }
  if (!text.empty()) url.path = std::string(text);
  return url;
}

std::string host_header(const Url& url) {
  if (url.port == default_port(url.scheme)) return url.host;
  return url.host + ":" + std::to_string(url.port);
}

bool is_loopback(const Url& url) {
  if (url.host == "localhost" || url.host == "[::1]") return true;
  const bool dotted = url.host.find_first_not_of("0123456789.") == std::string::npos;
  return dotted && url.host.starts_with("127.");
}

}  // namespace ec2spotter::aws
