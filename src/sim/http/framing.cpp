#include "sim/http/framing.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace ec2spotter::sim {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

Framed refused(Framed framed, int status, std::string why) {
  framed.refusal = {.status = status, .why = std::move(why)};
  return framed;
}

Framed read_request_line(Framed framed, std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const std::string_view version = line.substr(std::min(last + 1, line.size()));
  if (first == std::string_view::npos || first == last ||
      (version != "HTTP/1.1" && version != "HTTP/1.0")) {
    return refused(std::move(framed), 400, "the request line is not one of HTTP/1.1");
  }
  framed.method = line.substr(0, first);
  framed.target = line.substr(first + 1, last - first - 1);
  if (!is_token(framed.method) || !framed.target.starts_with('/') || !is_visible(framed.target)) {
    return refused(std::move(framed), 400, "the request line is not one of HTTP/1.1");
  }
  return framed;
}

Framed read_header(Framed framed, std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name) || has_control(line)) {
    return refused(std::move(framed), 400, "a header is not of the form 'name: value'");
  }
  const std::string_view value = trimmed(line.substr(colon + 1));
  const auto [known, is_new] = framed.headers.emplace(lower(name), value);
  const bool decides = known->first == "host" || known->first == "content-length";
  if (!is_new && decides && known->second != value) {
    return refused(std::move(framed), 400, "the header " + known->first + " comes twice");
  }
  if (framed.headers.size() > kHeadersMost) {
    return refused(std::move(framed), 431, "there are more than 100 headers");
  }
  return framed;
}

// How long the body is. Chunks are refused: no client of this API needs them.
Framed read_length(Framed framed, std::size_t head) {
  if (framed.headers.contains("transfer-encoding")) {
    return refused(std::move(framed), 411, "a body needs a Content-Length; chunks are not taken");
  }
  std::size_t length = 0;
  const auto given = framed.headers.find("content-length");
  if (given == framed.headers.end() && framed.method != "GET" && framed.method != "HEAD") {
    return refused(std::move(framed), 411, "the request needs a Content-Length");
  }
  if (given != framed.headers.end()) {
    const char* last = given->second.data() + given->second.size();
    const auto [end, error] = std::from_chars(given->second.data(), last, length);
    if (error == std::errc::result_out_of_range) length = kBodyMost + 1;
    if (end != last || given->second.empty() || error == std::errc::invalid_argument) {
      return refused(std::move(framed), 400, "Content-Length is not a number");
    }
  }
  if (length > kBodyMost) {
    return refused(std::move(framed), 413, "the body is longer than 1 MiB");
  }
  framed.size = head + length;
  return framed;
}

// "localhost:4599" -> "localhost", "[::1]:4599" -> "::1".
std::string host_name(const std::string& host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return lower(host.substr(0, host.find(':')));
}

// A name can be made to point elsewhere, an address cannot. Guests reach this machine by one.
bool is_address(const std::string& host) {
  in6_addr unused{};
  return ::inet_pton(AF_INET, host.c_str(), &unused) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1" || host.ends_with(".localhost")) return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Framed frame(std::string_view received) {
  Framed framed;
  const std::size_t end = received.substr(0, kHeadMost).find(kEnd);
  if (end == std::string_view::npos) {
    if (received.size() < kHeadMost) return framed;
    return refused(std::move(framed), 431, "the headers are longer than 64 KiB");
  }
  std::string_view head = received.substr(0, end + 2);
  for (bool first = true; !head.empty() && framed.refusal.status == 0; first = false) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    framed =
        first ? read_request_line(std::move(framed), line) : read_header(std::move(framed), line);
  }
  if (framed.refusal.status == 0) framed = read_length(std::move(framed), end + kEnd.size());
  framed.complete = framed.size != 0 && received.size() >= framed.size;
  const auto expect = framed.headers.find("expect");
  framed.wants_continue = expect != framed.headers.end() && lower(expect->second) == "100-continue";
  return framed;
}

Refusal distrust(const Framed& request, const Trust& trust) {
  const auto header = [&](const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
  };
  const std::string host = host_name(header("host"));
  if (host.empty()) return {400, "the request has no Host header"};
  const bool known = is_loopback(host) || is_address(host) || host == lower(trust.listen_host);
  if (!trust.any_host && !known) {
    return {403, "the Host header names " + host + ", which is not this machine's own name"};
  }
  for (const char* name : {"origin", "sec-fetch-site", "sec-fetch-mode"}) {
    if (request.headers.contains(name)) {
      return {403, "the request comes from a web page; this server answers programs only"};
    }
  }
  const bool is_control = request.target.starts_with("/_sim/");
  const std::string type = lower(header("content-type"));
  if (is_control && request.method == "POST" &&
      trimmed(type.substr(0, type.find(';'))) != "application/json") {
    return {415, "a control request needs the header Content-Type: application/json"};
  }
  return {};
}

}  // namespace ec2spotter::sim
