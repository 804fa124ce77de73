#include "cli/commands/drill/outage_probe.hpp"

#include <utility>

#include "cli/ssh_prober.hpp"

namespace ec2spotter::cli {
namespace {

constexpr Duration kBetweenQuestions = std::chrono::milliseconds(200);

}  // namespace

OutageProbe::OutageProbe(Endpoint endpoint, std::string host_key)
    : start_(clock_.running()),
      host_key_(std::move(host_key)),
      endpoint_(std::move(endpoint)),
      thread_([this] { run(); }) {}

OutageProbe::~OutageProbe() { stop(); }

void OutageProbe::follow(const std::string& host) {
  const std::lock_guard lock(mutex_);
  endpoint_.host = host;
  followed_ = true;
  asked_ = false;
}

bool OutageProbe::is_answered() const {
  const std::lock_guard lock(mutex_);
  return asked_ && !meter_.is_out();
}

std::optional<Gap> OutageProbe::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  return meter_.longest();
}

// Is it the machine that answers?
bool OutageProbe::ask_once(Prober& prober) {
  Endpoint endpoint;
  {
    const std::lock_guard lock(mutex_);
    endpoint = endpoint_;
    // The same server goes on answering until it is gone: only then may another one be there.
    endpoint.wants_host_key = !followed_ && !host_key_.empty() && meter_.is_out();
  }
  const SshAnswer answer = prober.ssh_answers({endpoint}).front();
  if (!endpoint.wants_host_key) return answer.greets;
  return answer.host_key == host_key_;
}

void OutageProbe::run() {
  SshProber prober;
  while (true) {
    const Duration begun = clock_.running();
    const bool answers = ask_once(prober);
    std::unique_lock lock(mutex_);
    meter_.take((answers ? clock_.running() : begun) - start_, answers);
    asked_ = true;
    const Duration left = begun + kBetweenQuestions - clock_.running();
    if (changed_.wait_for(lock, left, [this] { return stopped_; })) return;
  }
}

}  // namespace ec2spotter::cli
