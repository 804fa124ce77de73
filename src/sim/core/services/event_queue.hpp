// The queue "ec2-events" of each region: SQS as far as a reader needs it, filled with the events of
// Spot instances as an EventBridge rule for them would fill it.
// Sources: SQS API reference; EC2 user guide, "Spot Instance interruption notices" and "EC2
// instance rebalance recommendations".
#pragma once

#include <string>

#include "base/result.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The instance got a notice; the event has begin_reclaim's action.
void post_interruption_warning(World& world, const std::string& region, const Json& instance);
void post_rebalance_recommendation(World& world, const std::string& region, const Json& instance);

struct QueueCall {
  std::string region;
  std::string host;    // where the caller found us: "127.0.0.1:4599"
  std::string action;  // "ReceiveMessage"
  Json body;           // an object
};

// Carries out one call and gives the members of its reply. Errors: under SQS's own codes.
Result<Json> call_queue(World& world, const QueueCall& call);

// Does the call leave the queue as it was?
bool reads_queue_only(const std::string& action);

// The older name of an error, which SQS also sends, for clients of its Query protocol.
std::string query_error(const std::string& api_code);

}  // namespace ec2spotter::sim
