// The calls and replies of SQS. Pure. Source: SQS API reference, AWS JSON protocol 1.0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/event_queue.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {

ApiCall receive_message_call(const std::string& queue_url);
ApiCall delete_message_call(const std::string& queue_url, const std::string& receipt);

// Errors: malformed_reply when it is no JSON object, or a message lacks its receipt or body.
Result<std::vector<QueueMessage>> parse_receive_message(std::string_view body);

}  // namespace ec2spotter::aws
