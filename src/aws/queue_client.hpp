// The EventQueue interface over the real SQS.
#pragma once

#include <memory>
#include <string>

#include "aws/caller.hpp"
#include "aws/event_queue.hpp"

namespace ec2spotter::aws {

// `endpoint` is where SQS answers, without a '/' at the end; what `parts` refers to outlives the
// queue. The endpoint in `options` is not used.
std::unique_ptr<EventQueue> make_event_queue(CallerParts parts, CallerOptions options,
                                             std::string endpoint, std::string queue_url);

}  // namespace ec2spotter::aws
