#include "sim/http/presigned.hpp"

#include "sim/http/form.hpp"

namespace ec2spotter::sim {
namespace {

struct Url {
  std::string host, path, query;
};

// http or https; without a user and a fragment, as signers write them.
std::optional<Url> split_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  const std::string rest = url.substr(scheme + 3);
  const std::size_t query = rest.find('?');
  if (query == std::string::npos) return std::nullopt;
  const std::string place = rest.substr(0, query);
  const std::size_t slash = place.find('/');
  return Url{.host = place.substr(0, slash),
             .path = slash == std::string::npos ? "/" : place.substr(slash),
             .query = rest.substr(query + 1)};
}

}  // namespace

std::optional<PresignedCall> verify_presigned(const std::string& url, const FindKey& find_key,
                                              const std::vector<TimePoint>& times) {
  const auto parts = split_url(url);
  if (!parts) return std::nullopt;
  PresignedCall call;
  SignedRequest request{.method = "GET",
                        .path = parts->path,
                        .query = {},
                        .headers = {{"host", parts->host}},
                        .body = {}};
  for (const auto& [name, value] : parse_form(parts->query)) {
    request.query.emplace_back(name, value);
    if (!name.starts_with("X-Amz-")) call.params[name] = value;
  }
  const auto verified = verify_at(request, find_key, times);
  if (!verified || verified->service != "ec2") return std::nullopt;
  call.region = verified->region;
  return call;
}

}  // namespace ec2spotter::sim
