#include "aws/net/curl_transport.hpp"

#include <algorithm>
#include <array>

#include "aws/net/curl_library.hpp"
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

using HeaderList = std::unique_ptr<curl_slist, decltype(CurlLibrary::slist_free_all)>;

HeaderList header_list(const CurlLibrary& curl, const HttpRequest& request) {
  HeaderList list(nullptr, curl.slist_free_all);
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl.slist_append(list.get(), line.c_str());
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

// `text`: what libcurl says of it.
Error error_of(CURLcode code, const std::string& where, const std::string& text, bool too_long) {
  if (too_long) {
    return {.code = Errc::malformed_reply,
            .message = "the reply of " + where +
                       " is longer than any reply of AWS; is this an AWS "
                       "endpoint?"};
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {.code = Errc::timeout,
              .message = "no reply from " + where + " in time: " + text +
                         "; check the region, the endpoint and the network"};
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
  const CurlLibrary& curl;
  CURL* easy;
  explicit Handle(const CurlLibrary& library) : curl(library), easy(library.easy_init()) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl.easy_cleanup(easy); }

  template <class Value>
  void set(CURLoption option, Value value) const {
    curl.easy_setopt(easy, option, value);
  }
};

CurlTransport::CurlTransport(CurlOptions options) : options_(std::move(options)) {}
CurlTransport::~CurlTransport() = default;

void CurlTransport::set_limits(const HttpRequest& request) const {
  const Handle& handle = *handle_;
  const auto at_least_one = [](Duration d) {
    return std::max<long>(1, static_cast<long>(d.count()));
  };
  handle.set(CURLOPT_CONNECTTIMEOUT_MS,
             at_least_one(std::min(request.connect_timeout, request.total_timeout)));
  handle.set(CURLOPT_TIMEOUT_MS, at_least_one(request.total_timeout));
  handle.set(CURLOPT_NOSIGNAL, 1L);
  handle.set(CURLOPT_FOLLOWLOCATION, 0L);
  handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle.set(CURLOPT_TCP_NODELAY, 1L);
  handle.set(CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  handle.set(CURLOPT_SSL_VERIFYPEER, 1L);
  handle.set(CURLOPT_SSL_VERIFYHOST, 2L);
  handle.set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  if (!options_.ca_bundle.empty()) {
    handle.set(CURLOPT_CAINFO, options_.ca_bundle.c_str());
  }
  const auto url = parse_url(request.url);
  if (request.proxy == Proxy::none || (url && is_loopback(*url))) {
    handle.set(CURLOPT_PROXY, "");
  }
}

void CurlTransport::set_method(const HttpRequest& request) const {
  const Handle& handle = *handle_;
  if (request.method == "GET") {
    handle.set(CURLOPT_HTTPGET, 1L);
    return;
  }
  handle.set(CURLOPT_POST, 1L);
  if (request.method != "POST") {
    handle.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  handle.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  handle.set(CURLOPT_POSTFIELDS, request.body.data());
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  if (!url) return fail(Errc::invalid, "not an http or https address: " + request.url);
  if (has_line_break(request)) return fail(Errc::invalid, "a header value contains a line break");
  TRY(const CurlLibrary* curl, curl_library());
  if (!handle_) handle_ = std::make_unique<Handle>(*curl);
  const Handle& handle = *handle_;
  if (handle.easy == nullptr) return fail(Errc::io, "cannot set up libcurl: out of memory");

  curl->easy_reset(handle.easy);  // keeps the connections
  Reception reception;
  reception.limit = options_.response_limit;
  reception.cancelled = &options_.cancelled;
  const HeaderList headers = header_list(*curl, request);
  std::array<char, CURL_ERROR_SIZE> detail{};
  set_limits(request);
  set_method(request);
  handle.set(CURLOPT_URL, request.url.c_str());
  handle.set(CURLOPT_HTTPHEADER, headers.get());
  handle.set(CURLOPT_ERRORBUFFER, detail.data());
  handle.set(CURLOPT_WRITEFUNCTION, on_body);
  handle.set(CURLOPT_WRITEDATA, &reception);
  handle.set(CURLOPT_HEADERFUNCTION, on_header);
  handle.set(CURLOPT_HEADERDATA, &reception);
  handle.set(CURLOPT_NOPROGRESS, options_.cancelled ? 0L : 1L);
  handle.set(CURLOPT_XFERINFOFUNCTION, on_progress);
  handle.set(CURLOPT_XFERINFODATA, &reception);

  const CURLcode code = curl->easy_perform(handle.easy);
  long status = 0;
  curl->easy_getinfo(handle.easy, CURLINFO_RESPONSE_CODE, &status);
  // No pointer to this frame stays behind in the kept handle.
  handle.set(CURLOPT_ERRORBUFFER, nullptr);
  handle.set(CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) {
    const char* text = detail[0] != '\0' ? detail.data() : curl->easy_strerror(code);
    return fail(error_of(code, url->scheme + "://" + host_header(*url), text, reception.too_long));
  }
  reception.response.status = static_cast<int>(status);
  return std::move(reception.response);
}

}  // namespace ec2spotter::aws
