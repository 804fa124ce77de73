#include "control/observe/consoles.hpp"

#include <algorithm>
#include <tuple>

#include "base/broken_rule.hpp"
#include "control/observe/boot_report.hpp"
#include "control/observe/console_trouble.hpp"
#include "plan/body/body_history.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// Consoles take at most so much of a turn; the others are read in the next one.
constexpr Duration kShare = lacks(Cure::shares_of_a_turn) ? 1h : 2s;

// How often the console of a body that came up is read: one that is not well, and any other. A
// system that has left its root, or cannot write to it, says so there alone.
constexpr Duration kAilingEvery = 60s;
constexpr Duration kWellEvery = 10min;

enum class Urgency { news, waits, ailing, well };

struct Reading {
  Memory* memory;
  InstanceId body;
  Urgency urgency;
  TimePoint read_at;
};

bool is_ailing(const Subject& subject, const InstanceId& body) {
  const auto note = subject.memory->probes.find(body);
  return subject.seen->checks.contains(body) ||
         (note != subject.memory->probes.end() &&
          (note->second.silent_since || note->second.other_key_since));
}

// nullopt: not now.
std::optional<Reading> reading_of(const Subject& subject, const Instance& body, TimePoint now) {
  if (body.state != InstanceState::running) return std::nullopt;
  const auto note = subject.memory->consoles.find(body.id);
  const bool is_new = note == subject.memory->consoles.end();
  Reading reading{.memory = subject.memory,
                  .body = body.id,
                  .urgency = Urgency::news,
                  .read_at = is_new ? TimePoint{} : note->second.read_at};
  if (came_up(body)) {
    const bool ailing = is_ailing(subject, body.id) ||
                        (!is_new && !note->second.report.stage.empty() &&
                         (!note->second.report.root_up() || !note->second.trouble.empty()));
    if (now - reading.read_at < (ailing ? kAilingEvery : kWellEvery)) return std::nullopt;
    reading.urgency = ailing ? Urgency::ailing : Urgency::well;
  } else if (!is_new && !note->second.report.stage.empty() &&
             !holds_root(*subject.machine, *subject.seen, body, now)) {
    // It has spoken, and says nothing new before it has the root.
    reading.urgency = Urgency::waits;
  }
  return reading;
}

// A wait that goes on is not news; work that goes on is.
bool is_news(const BootReport& before, const BootReport& now) {
  const bool waits_on =
      now.result == "wait" && before.result == "wait" && now.stage == before.stage;
  return now != before && !waits_on;
}

// At the first reading, what a body shows counts from now only if it shows work under way.
void take_in(ConsoleNote& note, bool is_new, std::string_view console, TimePoint now) {
  BootReport report = read_boot_report(console);
  std::string trouble = read_console_trouble(console);
  const bool at_work = report.result == "start" || report.result == "busy";
  const bool changed = is_news(note.report, report) || note.trouble != trouble;
  if (is_new ? at_work : changed) note.changed_at = now;
  note.report = std::move(report);
  note.trouble = std::move(trouble);
}

void forget_gone_bodies(const Observation& seen, Memory& memory) {
  const auto gone = [&](const InstanceId& id) {
    return std::none_of(seen.bodies.begin(), seen.bodies.end(),
                        [&](const Instance& body) { return body.id == id; });
  };
  const auto notes_gone = [&](const auto& note) { return gone(note.first); };
  std::erase_if(memory.consoles, notes_gone);
  std::erase_if(memory.probes, notes_gone);
  std::erase_if(memory.restarted, notes_gone);
  std::erase_if(memory.attach_sent, notes_gone);
  std::erase_if(memory.terminate_sent, notes_gone);
  std::erase_if(memory.rebalance, gone);
}

}  // namespace

void read_consoles(const std::vector<Subject>& subjects, const Controls& controls, int max) {
  const TimePoint now = controls.clock.now();
  std::vector<Reading> readings;
  for (const Subject& subject : subjects) {
    for (const Instance& body : subject.seen->bodies) {
      if (auto reading = reading_of(subject, body, now)) readings.push_back(*reading);
    }
  }
  std::stable_sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) {
    return std::tie(a.urgency, a.read_at) < std::tie(b.urgency, b.read_at);
  });
  if (readings.size() > static_cast<std::size_t>(max)) {
    readings.resize(static_cast<std::size_t>(max));
  }
  const Duration end = controls.clock.running() + kShare;
  for (const Reading& reading : readings) {
    if (controls.clock.running() >= end) break;
    const auto console = controls.ec2.console_output(reading.body);
    const bool is_new = !reading.memory->consoles.contains(reading.body);
    ConsoleNote& note = reading.memory->consoles[reading.body];
    note.read_at = now;
    if (console) take_in(note, is_new, console->text, now);
    note.unread_since = console ? std::nullopt : std::optional(note.unread_since.value_or(now));
    // The only error that counts: a missing right does not come by waiting.
    const bool denied = !console && console.error().code == Errc::unauthorized;
    note.denied = denied ? std::optional(console.error()) : std::nullopt;
  }
  for (const Subject& subject : subjects) {
    forget_gone_bodies(*subject.seen, *subject.memory);
    for (const auto& [id, note] : subject.memory->consoles) {
      subject.seen->boots[id] = note.report;
      if (note.denied) subject.seen->unreadable.emplace(id, *note.denied);
    }
  }
}

}  // namespace ec2spotter
