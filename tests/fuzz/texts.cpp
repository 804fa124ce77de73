// What the client reads besides replies: shared configuration, credentials, addresses, dates.
#include <sys/mman.h>
#include <unistd.h>

#include "aws/config/endpoints.hpp"
#include "aws/config/ini.hpp"
#include "aws/config/words.hpp"
#include "aws/credentials/sources/json_credentials.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "aws/net/http_date.hpp"
#include "aws/net/url.hpp"
#include "base/base64.hpp"
#include "base/clock.hpp"
#include "fuzz.hpp"

namespace {

using namespace ec2spotter;
using namespace ec2spotter::aws;

void read_ini(std::string_view text) {
  const auto ini = parse_ini(text, "config");
  fuzz::require(ini || !ini.error().describe().empty(), "an error says something");
}

void read_json(std::string_view text) {
  const auto found = credentials_from_json(text, {}, "the container");
  if (!found) return;
  fuzz::require(!found->access_key_id.empty(), "credentials have a key");
}

void read_legacy_file(std::string_view text) {
  const int fd = ::memfd_create("credentials", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, text.data(), text.size()) < 0) return;
  static_cast<void>(credentials_from_legacy_file("/proc/self/fd/" + std::to_string(fd)));
  ::close(fd);
}

void read_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return;
  fuzz::require(
      url->path.starts_with('/') && !url->host.empty() && url->port > 0 && url->port < 65536,
      "an address has a host, a port and a path");
  const auto again = parse_url(url->scheme + "://" + host_header(*url) + url->path);
  fuzz::require(again && again->host == url->host && again->port == url->port,
                "an address that is put together again is the same");
  static_cast<void>(is_trusted_container_address(text));
}

void read_http_date(std::string_view text) { static_cast<void>(parse_http_date(text)); }

void read_iso8601(std::string_view text) {
  const auto time = parse_iso8601(text);
  if (!time) return;
  fuzz::require(parse_iso8601(format_iso8601(*time, Fraction::milliseconds)) == time,
                "a time that is written is read as the same");
}

void read_command(std::string_view text) { static_cast<void>(split_words(text)); }

void read_base64(std::string_view text) { static_cast<void>(base64_decode(text)); }

void read_region(std::string_view text) {
  if (!is_region_name(text)) return;
  fuzz::require(text.find_first_of("/@:?# .") == std::string_view::npos,
                "the name of a region leads to no other host");
}

constexpr std::array<fuzz::Parser, 9> kParsers{read_ini,     read_json,      read_legacy_file,
                                               read_url,     read_http_date, read_iso8601,
                                               read_command, read_base64,    read_region};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::choose(data, size, kParsers);
}
