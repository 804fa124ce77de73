// The simulated EC2 as one object: requests, time and reports of bodies go in, replies come out.
// One thread at a time; reads no clock; the same inputs give the same outputs.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/body.hpp"
#include "sim/core/call.hpp"
#include "sim/core/world.hpp"

namespace ec2spotter::sim {

// A request whose signature has been verified.
struct ApiRequest {
  std::string service;  // ec2, sts, ssm
  std::string region;
  std::string access_key;
  ParamMap params;     // of the Query protocol, Action among them
  std::string target;  // X-Amz-Target, for ssm
  std::string body;    // JSON, for ssm
};

struct ApiReply {
  int status = 200;
  std::string content_type = "text/xml;charset=UTF-8";
  std::string body;
  bool lost = false;  // the effect happened, but the reply must not arrive
};

// A key that may sign, and what must come with it.
struct KnownKey {
  std::string secret;
  std::string session_token;            // empty: none
  std::optional<TimePoint> expires_at;  // in virtual time
};

class Core {
 public:
  Core(WorldOptions options, Bodies& bodies);

  ApiReply handle(const ApiRequest& request);
  // Does everything that is due by `now`.
  void advance_to(TimePoint now);
  TimePoint next_event_at() const { return world_.next_due(); }
  TimePoint now() const { return world_.now(); }
  void report(const BodyEvent& event);

  // What the metadata service of an instance shows.
  MetadataView metadata(const std::string& instance_id);
  // The key with this id, or none.
  std::optional<KnownKey> key(const std::string& access_key);

  // The control API: `path` below /_sim/. Errors: invalid, with a sentence for a person.
  Result<Json> control(const std::string& path, const Json& body);

  // Initial resources; see README.md in this folder for the form.
  Result<void> seed(const Json& document);

  Json save() const { return world_.save(); }
  // Errors: invalid when the document is not one that save made. Instances that ran are switched
  // on again.
  Result<void> load(const Json& saved);

  // Grows whenever something may have changed that save would show.
  std::uint64_t revision() const { return revision_; }

 private:
  struct Fault {
    std::string kind, action;
    long count = 1;
    double probability = 1;
    int status = 500;
  };

  ApiReply handle_query(const ApiRequest& request);
  ApiReply handle_sts(const ApiRequest& request, const std::string& action);
  ApiReply handle_ssm(const ApiRequest& request);
  // The fault that hits this call, used up by one.
  std::optional<Fault> take_fault(const std::string& action);
  void note_call(const ApiRequest& request, const std::string& action, const std::string& code);
  Result<Json> add_fault(const Json& body);
  Json state_json();

  World world_;
  Actions actions_;
  std::vector<Fault> faults_;
  std::deque<Json> journal_;
  std::uint64_t revision_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace ec2spotter::sim
