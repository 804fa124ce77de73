// What a watch reports: one line for each thing that is new, on stderr and in the journal.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "base/clock.hpp"
#include "control/loop/journal.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

// Any number of threads may use it. A call that the end of the watch cut off is not reported: the
// next watch looks first.
class WatchLog final : public Reporter {
 public:
  // `clock` gives the times of the lines and outlives the log.
  WatchLog(const Clock& clock, Journal journal, bool quiet)
      : clock_(clock), journal_(std::move(journal)), quiet_(quiet) {}

  void on_decision(const Machine& machine, const Decision& decision) override;
  void on_step_failed(const Machine& machine, const Step& step, const Error& error) override;
  void on_trouble(const Error& error) override;
  // What keeps one machine from being watched at all; reported again only when it changes.
  void on_machine_trouble(const Machine& machine, const Error& error);
  void say(const std::string& text);

 private:
  Event make_event(std::string machine, std::string kind, std::string reason, std::string detail);
  bool is_new(const Machine& machine, const std::string& what);
  void write(const Event& event);

  const Clock& clock_;
  std::mutex mutex_;
  Journal journal_;
  bool quiet_;
  bool journal_failed_ = false;
  // By region, owner and name.
  std::map<std::tuple<std::string, OwnerId, MachineName>, std::string> last_;
};

}  // namespace ec2spotter::cli
