#include "cli/hosts/local_ec2.hpp"

#include <httplib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ec2spotter::cli {

Result<std::string> call_local_ec2(const std::string& endpoint, const std::string& path,
                                   const std::string& body) {
  httplib::Client client(endpoint.substr(0, endpoint.find_last_not_of('/') + 1));
  client.set_connection_timeout(5);
  client.set_read_timeout(30);
  const std::string url = "/_sim/" + path;
  const auto reply = body.empty() ? client.Get(url) : client.Post(url, body, "application/json");
  if (!reply) {
    return fail(Errc::transport, "no simulator answers at " + endpoint +
                                     "; start one with `ec2spotter sim`, or give --endpoint-url");
  }
  if (reply->status != 200) return fail(Errc::invalid, reply->body);
  return reply->body;
}

bool is_local_ec2(const std::string& endpoint) {
  // It speaks no TLS.
  if (!endpoint.starts_with("http://")) return false;
  const auto reply = call_local_ec2(endpoint, "actions", {});
  if (!reply) return false;
  const auto actions = nlohmann::json::parse(*reply, nullptr, false);
  return actions.is_array() &&
         std::find(actions.begin(), actions.end(), "RunInstances") != actions.end();
}

}  // namespace ec2spotter::cli
