#include "cli/watching/event_listener.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "cli/session.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenLooks = 2s;
constexpr Duration kAfterTrouble = 15s;

// "https://sqs.eu-west-1.amazonaws.com/1/queue" is in eu-west-1; empty: the address does not say.
std::string region_of(const std::string& queue_url) {
  const std::string before = "://sqs.";
  const std::size_t found = queue_url.find(before);
  if (found == std::string::npos) return {};
  const std::size_t from = found + before.size();
  const std::size_t end = queue_url.find('.', from);
  return end == std::string::npos ? std::string() : queue_url.substr(from, end - from);
}

// Ends at once when the thread must stop.
void pause(const std::stop_token& stop, Duration time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

EventListener::EventListener(const Common& common, std::string queue_url, std::string region,
                             WatchLog& log, Tell tell)
    : common_(common),
      queue_url_(std::move(queue_url)),
      region_(std::move(region)),
      log_(log),
      tell_(std::move(tell)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void EventListener::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto heard = listen(stop);
    if (stop.stop_requested()) return;
    if (!heard) log_.on_trouble(heard.error());
    pause(stop, kAfterTrouble);
  }
}

// Until the first trouble. Describes show later what is lost here.
Result<void> EventListener::listen(const std::stop_token& stop) {
  const std::string named = region_of(queue_url_);
  TRY(const auto session, Session::open(common_, named.empty() ? region_ : named,
                                        {.cancelled = [stop] { return stop.stop_requested(); }}));
  TRY(const auto queue, session->client().event_queue(queue_url_));
  while (!stop.stop_requested()) {
    TRY(const auto messages, queue->receive());
    for (const aws::QueueMessage& message : messages) {
      if (const auto event = parse_spot_event(message.body)) tell_(*event);
      TRY_VOID(queue->remove(message));
    }
    if (messages.empty()) pause(stop, kBetweenLooks);
  }
  return {};
}

}  // namespace ec2spotter::cli
