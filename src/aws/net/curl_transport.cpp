#include "aws/net/curl_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

#include "aws/net/url.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::size_t kHeaderLimit = 256UL * 1024;
// Below the idle limits of AWS's front ends, so that a kept connection is seldom found closed.
constexpr long kMaxIdleSeconds = 15;

struct Reception {
  HttpResponse response;
  std::size_t limit = 0;
  std::size_t header_bytes = 0;
  bool too_long = false;
  const std::function<bool()>* cancelled = nullptr;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& reception = *static_cast<Reception*>(user);
  const std::size_t bytes = size * count;
  if (bytes > reception.limit - reception.response.body.size()) {
    reception.too_long = true;
    return 0;
  }
  reception.response.body.append(data, bytes);
  return bytes;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto last = text.find_last_not_of(" \t\r\n");
  return std::string(text.substr(first, last - first + 1));
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& reception = *static_cast<Reception*>(user);
  const std::string_view line(data, size * count);
  reception.header_bytes += line.size();
  if (reception.header_bytes > kHeaderLimit) {
    reception.too_long = true;
    return 0;
  }
  // A status line starts a header block; only the last block (after "100 Continue") counts.
  if (line.starts_with("HTTP/")) reception.response.headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  reception.response.headers[std::move(name)] = trimmed(line.substr(colon + 1));
  return line.size();
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& reception = *static_cast<Reception*>(user);
  return *reception.cancelled && (*reception.cancelled)() ? 1 : 0;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    CHECK(longer != nullptr);
    (void)list.release();
    list.reset(longer);
  };
  // Headers that libcurl would add by itself and that the caller did not sign.
  append("Expect:");
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    append(value.empty() ? name + ";" : name + ": " + value);
    has_type = has_type || name == "content-type" || name == "Content-Type";
  }
  if (!has_type) append("Content-Type:");
  return list;
}

bool has_line_break(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return (header.first + header.second).find_first_of("\r\n") != std::string::npos;
  });
}

Error error_of(CURLcode code, const std::string& where, const char* detail, bool too_long) {
  const std::string text = *detail != '\0' ? detail : curl_easy_strerror(code);
  if (too_long) {
    return {.code = Errc::malformed_reply,
            .message = "the reply of " + where +
                       " is longer than any real one; is this an AWS "
                       "endpoint?"};
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {.code = Errc::timeout, .message = "no reply from " + where + " in time: " + text};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {.code = Errc::transport,
              .message = "cannot find " + where + " (DNS): " + text +
                         "; check the region, the endpoint and the network"};
    case CURLE_COULDNT_CONNECT:
      return {.code = Errc::transport,
              .message = "cannot connect to " + where + ": " + text +
                         "; check that the endpoint is right and running"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {.code = Errc::transport,
              .message = "cannot trust " + where + ": " + text +
                         "; install ca-certificates or set AWS_CA_BUNDLE"};
    case CURLE_ABORTED_BY_CALLBACK:
      return {.code = Errc::interrupted, .message = "interrupted while talking to " + where};
    case CURLE_URL_MALFORMAT:
      return {.code = Errc::invalid, .message = "not a usable address: " + where + ": " + text};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // what libcurl says to a reply without a status line
      return {.code = Errc::malformed_reply, .message = where + " does not speak HTTP: " + text};
    default:
      return {.code = Errc::transport, .message = "lost the connection to " + where + ": " + text};
  }
}

}  // namespace

struct CurlTransport::Handle {
  CURL* easy = curl_easy_init();
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(easy); }
};

CurlTransport::CurlTransport(CurlOptions options) : options_(std::move(options)) {}
CurlTransport::~CurlTransport() = default;

namespace {

void set_limits(CURL* easy, const HttpRequest& request, const CurlOptions& options) {
  const auto at_least_one = [](Duration d) {
    return std::max<long>(1, static_cast<long>(d.count()));
  };
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   at_least_one(std::min(request.connect_timeout, request.total_timeout)));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, at_least_one(request.total_timeout));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.ca_bundle.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_bundle.c_str());
  }
  const auto url = parse_url(request.url);
  if (request.proxy == Proxy::none || (url && is_loopback(*url))) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  }
}

void set_method(CURL* easy, const HttpRequest& request) {
  if (request.method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (request.method != "POST") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
}

}  // namespace

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  if (!url) return fail(Errc::invalid, "not an http or https address: " + request.url);
  if (has_line_break(request)) return fail(Errc::invalid, "a header value contains a line break");
  if (!handle_) handle_ = std::make_unique<Handle>();
  CURL* easy = handle_->easy;
  if (easy == nullptr) return fail(Errc::io, "cannot set up libcurl: out of memory");

  curl_easy_reset(easy);  // keeps the connections
  Reception reception;
  reception.limit = options_.response_limit;
  reception.cancelled = &options_.cancelled;
  const HeaderList headers = header_list(request);
  std::array<char, CURL_ERROR_SIZE> detail{};
  set_limits(easy, request, options_);
  set_method(easy, request);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &reception);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &reception);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, options_.cancelled ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &reception);

  const CURLcode code = curl_easy_perform(easy);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  // No pointer to this frame stays behind in the kept handle.
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) {
    return fail(
        error_of(code, url->scheme + "://" + host_header(*url), detail.data(), reception.too_long));
  }
  reception.response.status = static_cast<int>(status);
  return std::move(reception.response);
}

}  // namespace ec2spotter::aws
