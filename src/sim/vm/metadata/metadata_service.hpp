// The instance metadata service: IMDSv1 and v2 as EC2 answers them, from what a MetadataView holds.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/core/state/body.hpp"
#include "sim/net/deadline.hpp"

namespace ec2spotter::sim {

struct MetadataRequest {
  std::string method;
  std::string path;                            // without a query
  std::map<std::string, std::string> headers;  // names in lower case
};

struct MetadataReply {
  int status = 200;
  std::string body;
  long token_ttl_seconds = 0;  // sent as a header when not 0
};

// The session tokens of one instance.
class MetadataTokens {
 public:
  std::string issue(SteadyTime now, std::chrono::seconds ttl);
  // What is left of a token's life; 0: unknown or over.
  std::chrono::seconds left(const std::string& token, SteadyTime now);

 private:
  std::map<std::string, SteadyTime> expiry_;
};

MetadataReply answer_metadata(const MetadataRequest& request, const MetadataView& view,
                              MetadataTokens& tokens, SteadyTime now);

// Serves every instance on a loopback port of its own: the port says who asks. One thread; add and
// remove never wait for a request that is being answered, so they may be called by whoever holds
// what `look_up` needs.
class MetadataServer {
 public:
  explicit MetadataServer(LookUpMetadata look_up);
  ~MetadataServer();
  MetadataServer(const MetadataServer&) = delete;
  MetadataServer& operator=(const MetadataServer&) = delete;

  // The port of an instance, new or the one that it has. Errors: io.
  Result<std::uint16_t> add(const std::string& instance_id);
  void remove(const std::string& instance_id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ec2spotter::sim
