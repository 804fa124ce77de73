// The narrow SQS interface: reading one queue that EventBridge fills.
// Source: SQS API reference, version 2012-11-05.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter::aws {

struct QueueMessage {
  std::string receipt;  // SQS's receipt handle, of this delivery only
  std::string body;
  bool operator==(const QueueMessage&) const = default;
};

// SQS delivers at least once and in any order: a reader must accept a message twice.
class EventQueue {
 public:
  virtual ~EventQueue() = default;

  // ReceiveMessage: at most 10 of those that wait now, without waiting for more; an empty list does
  // not mean that the queue is empty. SQS hides these messages for the queue's visibility timeout,
  // and shows them again unless they are removed. Errors: not_found when there is no such queue,
  // else as for EC2.
  virtual Result<std::vector<QueueMessage>> receive() = 0;
  // DeleteMessage: the message has been handled. Removing it twice is no error.
  virtual Result<void> remove(const QueueMessage& message) = 0;
};

}  // namespace ec2spotter::aws
