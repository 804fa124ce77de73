// The simulated EC2 as one object: requests, time and reports of bodies go in, replies come out.
// One thread at a time; reads no clock; the same inputs give the same outputs.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/call/call.hpp"
#include "sim/core/call/limits.hpp"
#include "sim/core/state/body.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// A request whose signature has been verified.
struct ApiRequest {
  std::string service;  // ec2, sts, iam, ssm, sqs, servicequotas
  std::string region;
  std::string access_key;
  ParamMap params;     // of the Query protocol, Action among them
  std::string target;  // X-Amz-Target, for services of the JSON protocol
  std::string body;    // JSON, for those
  // The Host header, which becomes the host in the address of a queue.
  std::string host = {};
  // The request of the parameter PresignedUrl, if whoever verifies signatures has found its good.
  std::optional<PresignedCall> presigned = {};
};

struct ApiReply {
  int status = 200;
  std::string content_type = "text/xml;charset=UTF-8";
  std::string body;
  bool lost = false;             // the effect happened, but the reply must not arrive
  std::string query_error = {};  // the header x-amzn-query-error, of sqs; empty: none
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
  // The key with this id, also after it has expired; nullopt: there is none.
  std::optional<KnownKey> key(const std::string& access_key) const;

  // The names of the EC2 actions that the simulator knows.
  std::vector<std::string> action_names() const;
  // The safety rules that are broken now; empty: none.
  std::vector<std::string> violations() const;
  // How far virtual time is ahead of the host's.
  Duration clock_offset() const;

  // The control API: `path` below /_sim/. Errors: invalid, with a sentence for a person.
  Result<Json> control(const std::string& path, const Json& body);
  // Is this a path that takes no body and changes nothing?
  static bool only_reads(const std::string& path);

  // Initial resources; see README.md in this folder for the form.
  Result<void> seed(const Json& document);

  // The resources of one kind ("volume", "instance" ...) as they are now; valid until they change.
  const Table& table(const std::string& region, const std::string& kind) const {
    return world_.table(region, kind);
  }

  Json save() const { return world_.save(); }
  // Errors: invalid when the document is not one that save made. Instances that ran are switched
  // on again.
  Result<void> load(const Json& saved);

  // Does a Describe call that is repeated now, and until `revision` grows, get the same answer? Not
  // while a fault is set or the past is shown. Request limits do not count.
  bool answers_alike() const { return faults_.empty() && !world_.remembers(); }
  // Grows whenever a part of what save writes may have changed.
  std::uint64_t revision() const { return revision_; }

 private:
  struct IssuedKey {
    std::string id, secret, token;
    TimePoint expires;
  };
  struct Fault {
    std::string kind, action;  // action empty: any
    long count = 1;            // calls that it hits; 0: until cleared
    double probability = 1;
    int status = 500;
    Duration extra{};                        // of slow_state
    std::string code, message;               // of refuse
    std::string instance_type, instance_id;  // that the call names; empty: any
    std::string zone = {};                   // likewise
    std::string parameter = {};              // that the call has, with any value; empty: any call
  };
  struct Answer {
    std::string error;  // EC2's code, or empty
    std::string body;
  };

  // Something is about to change, or has.
  void changed() {
    ++revision_;
    world_.forget_renderings();
  }
  ApiReply handle_ec2(const ApiRequest& request, const std::string& action,
                      const std::string& request_id);
  // What happens to the world: limits, the handler, the journal.
  Answer perform(const ApiRequest& request, const std::string& action,
                 const std::optional<Fault>& fault, const std::string& request_id);
  Result<Json> run_handler(const ApiRequest& request, const std::string& action,
                           const std::optional<Fault>& fault);
  // STS and IAM, whose replies have one form.
  ApiReply handle_query(const ApiRequest& request, const std::string& action,
                        const std::string& request_id);
  Result<Json> answer_query(const ApiRequest& request, const std::string& action);
  Result<Json> caller_identity(const ApiRequest& request, Params& params);
  Result<Json> assume_role(Params& params);
  ApiReply handle_ssm(const ApiRequest& request);
  ApiReply handle_sqs(const ApiRequest& request);
  ApiReply handle_quotas(const ApiRequest& request);
  // A temporary key that follows from `seed` alone. One of a role that IAM knows may do what the
  // role's policies allow; `role` empty: everything.
  IssuedKey issue_key(const std::string& seed, TimePoint expires, const std::string& arn,
                      const std::string& role);
  // The ARN of the key's user or role session.
  std::string caller_arn(const std::string& access_key) const;
  Result<void> authorize_caller(const ApiRequest& request, Call& call);
  void add_credentials(MetadataView& view, const Json& instance);
  TimePoint credentials_from(const std::string& profile);

  // The fault that hits this call, used up by one.
  std::optional<Fault> take_fault(const std::string& action, const ApiRequest& request);
  void note_call(const ApiRequest& request, const std::string& action, const std::string& code,
                 const std::string& fault);
  Result<void> check_fault(const Fault& fault) const;
  Result<Json> add_fault(const Json& body);
  Result<Json> move_clock(const Json& body);
  Result<Json> changing_control(const std::string& path, const Json& body);
  Json state_json();
  Result<Json> resources_json(const Json& body) const;
  Json calls_json() const;

  World world_;
  Actions actions_, identity_actions_;
  Buckets buckets_;
  std::vector<Fault> faults_;
  std::deque<Json> changing_calls_, reading_calls_;  // the journal, in two so that reads, which are
                                                     // many, cannot push out the others
  std::uint64_t revision_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace ec2spotter::sim
