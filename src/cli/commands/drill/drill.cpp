// `drill`: interrupts a machine that is up, brings it back, and compares it with what it was.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/commands/drill/drill_report.hpp"
#include "cli/commands/drill/guest.hpp"
#include "cli/commands/drill/interruption.hpp"
#include "cli/commands/drill/outage_probe.hpp"
#include "cli/commands/drill/phase_reporter.hpp"
#include "cli/commands/drill/recovery.hpp"
#include "cli/commands/driving.hpp"
#include "cli/consent.hpp"
#include "cli/hosts/local_ec2.hpp"
#include "cli/state_folder.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/body_choice.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kEarlierMost = 5;

// A system that has just come up may refuse logins for a moment.
constexpr int kLoginsMost = 6;
constexpr Duration kLoginAgain = 5s;

// How long the probe waits for the first answer of a machine that the controller has found up.
constexpr int kAnswersAwaited = 50;
constexpr Duration kAnswerAgain = 200ms;

// A busy guest may take longer for a key exchange than one question lasts.
constexpr int kKeysAsked = 15;
constexpr Duration kKeyAgain = 1s;

struct Working {
  Observation seen;
  Instance body;
};

Result<Working> find_working(OpenMachine& open) {
  TRY(Considered looked, look(open));
  const Decision& decision = looked.decision();
  const Instance* body = choose_body(looked.machine, looked.seen());
  if (decision.reason == Reason::up && body != nullptr) {
    return Working{.seen = looked.seen(), .body = *body};
  }
  return fail(Errc::wrong_state,
              "machine '" + looked.machine.name.str() + "' is not up, so nothing is rehearsed: " +
                  std::string(to_string(decision.reason)) + ": " + decision.detail +
                  "; bring it up with `launch` or `resume` first");
}

class Rehearsal {
 public:
  Rehearsal(const Drill& options, OpenMachine& open, std::string local_ec2)
      : options_(options),
        session_(*open.session),
        open_(open),
        machine_(open.found.machine),
        local_ec2_(std::move(local_ec2)),
        journal_(state_folder(options.state)) {}

  Result<DrillReport> run() {
    TRY(const Working first, find_working(open_));
    TRY(const Way way, choose_way(options_.kind, first.body, !local_ec2_.empty()));
    const Controls controls = session_.controls();
    TRY_VOID(ask_consent("machine '" + machine_.name.str() + "': " + way.warning,
                         machine_.name.str(), options_.yes, controls.waiter));
    begin_report(way);
    Facts before = facts_from_outside(first);
    host_key_ = ask_host_key(before.address, kKeysAsked);
    before.host_key = fingerprint_of(host_key_);
    read_guest(before, write_probe_file(machine_, before.address));
    // A person may have thought for long: what is ended now is what is seen now.
    TRY(const Working working, find_working(open_));
    if (working.body.id != first.body.id) {
      return fail(Errc::wrong_state, "machine '" + machine_.name.str() + "' has moved to " +
                                         working.body.id.str() + " meanwhile; nothing was done");
    }
    mark_journal(report_.kind, way.means);
    const auto done = interrupt_and_recover(way, working, before);
    mark_journal(kDrillEnded, report_.up ? "the machine is up" : "the machine is not up");
    TRY_VOID(done);
    return std::move(report_);
  }

 private:
  void begin_report(const Way& way) {
    report_.machine = machine_.name.str();
    report_.kind = to_string(options_.kind);
    report_.means = way.means;
    read_journal();
  }

  void read_journal() {
    const auto events = journal_.read(machine_.name.str());
    if (!events) {
      report_.earlier_unknown = events.error().describe();
      return;
    }
    has_journal_ = !events->empty();
    report_.earlier = interruptions(*events, kEarlierMost);
    if (!report_.earlier.empty()) return;
    report_.earlier_unknown = has_journal_ ? "the journal of watches has no interruption"
                                           : "there is no journal of a watch of this machine";
  }

  // Tells the readers of the journal that what a watch sees now is rehearsed.
  void mark_journal(const std::string& reason, const std::string& detail) {
    if (!has_journal_) return;
    const auto kept = journal_.append({.time = session_.controls().clock.now(),
                                       .machine = machine_.name.str(),
                                       .kind = kDrillKind,
                                       .reason = reason,
                                       .detail = detail,
                                       .steps = {}});
    if (!kept) fmt::print(stderr, "ec2spotter: warning: {}\n", kept.error().describe());
  }

  Result<void> interrupt_and_recover(const Way& way, const Working& working, const Facts& before) {
    report_.former = working.body.id.str();
    std::optional<OutageProbe> probe;
    if (machine_.probe && !before.address.empty()) {
      probe.emplace(Endpoint{.host = before.address, .port = machine_.ssh_port}, host_key_);
    } else {
      report_.outage_unmeasured = machine_.probe ? "the machine has no public address"
                                                 : "the machine's file says probe = false";
    }
    Controls controls = session_.controls();
    const Duration start = controls.clock.running();
    Phases phases(working.body.id, working.seen);
    PhaseReporter reporter(controls.reporter, phases, controls.clock, start);
    const Controls recording{.ec2 = controls.ec2,
                             .prober = controls.prober,
                             .clock = controls.clock,
                             .waiter = controls.waiter,
                             .reporter = reporter};
    TRY_VOID(interrupt(way, local_ec2_, machine_, working.body, working.seen, recording));
    phases.note(way.phase, Duration::zero(), working.body.id.str());
    TRY(const Recovery recovery,
        recover(machine_, recording, options_, working.body.id, phases, start));
    report_.time = controls.clock.running() - start;
    if (recovery.up && !recovery.stays) phases.note("up", report_.time, {});
    report_.phases = phases.all();
    conclude(recovery, before, probe);
    return {};
  }

  void conclude(const Recovery& recovery, const Facts& before, std::optional<OutageProbe>& probe) {
    report_.up = recovery.up;
    report_.stays = recovery.stays;
    report_.down_because = recovery.why;
    std::optional<Facts> after;
    const Instance* body = recovery.up ? choose_body(machine_, recovery.last.seen) : nullptr;
    if (body != nullptr) {
      const Working there{.seen = recovery.last.seen, .body = *body};
      report_.present = body->id.str();
      // Its questions would keep a busy guest from answering those that follow.
      if (probe) report_.outage = finish(*probe, host_of(*body, there.seen));
      after = facts_from_outside(there);
      if (before.guest) read_guest_again(*after, before.address);
      const int times = before.host_key.empty() ? 1 : kKeysAsked;
      after->host_key = fingerprint_of(ask_host_key(after->address, times));
    } else if (probe) {
      report_.outage = probe->stop();
    }
    report_.compared = compare(machine_, before, after);
  }

  std::optional<Gap> finish(OutageProbe& probe, const std::string& host) {
    probe.follow(host);
    for (int i = 0; i < kAnswersAwaited && !probe.is_answered(); ++i) {
      if (!session_.controls().waiter.wait(kAnswerAgain)) break;
    }
    return probe.stop();
  }

  static Facts facts_from_outside(const Working& there) {
    Facts facts;
    facts.address = host_of(there.body, there.seen);
    facts.private_address = there.body.private_ip;
    return facts;
  }

  // In hex; empty: it was not told, or the port is not probed.
  std::string ask_host_key(const std::string& host, int times) {
    if (!machine_.probe || host.empty()) return {};
    const Controls controls = session_.controls();
    const Endpoint endpoint{.host = host, .port = machine_.ssh_port, .wants_host_key = true};
    std::string key = controls.prober.ssh_answers({endpoint}).front().host_key;
    for (int i = 1; i < times && key.empty(); ++i) {
      if (!controls.waiter.wait(kKeyAgain)) break;
      key = controls.prober.ssh_answers({endpoint}).front().host_key;
    }
    return key;
  }

  static void read_guest(Facts& facts, Result<GuestFacts> read) {
    if (read) {
      facts.guest = std::move(*read);
      return;
    }
    facts.guest_unread = read.error().describe();
    fmt::print(stderr, "ec2spotter: warning: {}\n", facts.guest_unread);
  }

  void read_guest_again(Facts& facts, const std::string& known_as) {
    auto read = take_probe_file(machine_, facts.address, known_as);
    for (int i = 1; i < kLoginsMost && !read; ++i) {
      if (!session_.controls().waiter.wait(kLoginAgain)) break;
      read = take_probe_file(machine_, facts.address, known_as);
    }
    read_guest(facts, std::move(read));
  }

  const Drill& options_;
  Session& session_;
  OpenMachine& open_;
  const Machine& machine_;
  std::string local_ec2_;  // its address; empty: EC2 itself is asked
  Journal journal_;
  bool has_journal_ = false;
  std::string host_key_;  // in hex, as the prober tells it
  DrillReport report_;
};

Result<void> judge(const DrillReport& report) {
  const auto broken = broken_promises(report);
  for (const std::string& each : broken) {
    fmt::print(stderr, "ec2spotter: machine '{}': {}\n", report.machine, each);
  }
  if (broken.empty()) return {};
  return fail(Errc::wrong_state, "the drill of machine '" + report.machine + "' has failed in " +
                                     std::to_string(broken.size()) +
                                     (broken.size() == 1 ? " point" : " points"));
}

}  // namespace

Result<void> drill(const Common& common, const Drill& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  const std::string endpoint = open.session->client().configured_endpoint();
  Rehearsal rehearsal(options, open, is_local_ec2(endpoint) ? endpoint : std::string());
  TRY(const DrillReport report, rehearsal.run());
  if (common.output == Output::json) {
    print_json(to_json(report));
  } else {
    fmt::print("{}", to_text(report));
  }
  return judge(report);
}

}  // namespace ec2spotter::cli
