#include "aws/queue_client.hpp"

#include "aws/wire/queue_wire.hpp"

namespace ec2spotter::aws {
namespace {

CallerOptions with_endpoint(CallerOptions options, std::string endpoint) {
  options.endpoint = [endpoint = std::move(endpoint)](Service) -> Result<std::string> {
    return endpoint;
  };
  return options;
}

class RealQueue final : public EventQueue {
 public:
  RealQueue(CallerParts parts, CallerOptions options, std::string queue_url)
      : caller_(parts, std::move(options)), url_(std::move(queue_url)) {}

  Result<std::vector<QueueMessage>> receive() override {
    TRY(const std::string body, caller_.call(receive_message_call(url_)));
    auto messages = parse_receive_message(body);
    if (!messages) return fail(with_context(std::move(messages).error(), "ReceiveMessage"));
    return messages;
  }

  Result<void> remove(const QueueMessage& message) override {
    TRY([[maybe_unused]] const std::string body,
        caller_.call(delete_message_call(url_, message.receipt)));
    return {};
  }

 private:
  Caller caller_;
  std::string url_;
};

}  // namespace

std::unique_ptr<EventQueue> make_event_queue(CallerParts parts, CallerOptions options,
                                             std::string endpoint, std::string queue_url) {
  return std::make_unique<RealQueue>(parts, with_endpoint(std::move(options), std::move(endpoint)),
                                     std::move(queue_url));
}

}  // namespace ec2spotter::aws
