#include "control/observe.hpp"

#include <algorithm>
#include <tuple>

#include "control/boot_report.hpp"
#include "model/tags.hpp"
#include "plan/body_history.hpp"
#include "plan/plan.hpp"
#include "plan/root_choice.hpp"

namespace ec2spotter {
namespace {

constexpr int kConsolesOfOneMachine = 8;

struct Reading {
  Memory* memory;
  InstanceId body;
  bool waits;  // it has spoken, and says nothing new before it has the root
  TimePoint read_at;
};

bool holds_root(const Observation& seen, const Instance& body) {
  return std::any_of(seen.volumes.begin(), seen.volumes.end(), [&](const Volume& volume) {
    return std::any_of(
        volume.attachments.begin(), volume.attachments.end(), [&](const Attachment& attachment) {
          return attachment.instance == body.id && attachment.state == AttachmentState::attached;
        });
  });
}

// Has the root been seen up there, by a controller or just now on the console?
bool is_up(const Observation& seen, const Instance& body) {
  const auto boot = seen.boots.find(body.id);
  return came_up(body) || (boot != seen.boots.end() && boot->second.root_up());
}

// Where a probe of this body would tell something, or nowhere.
std::optional<Endpoint> endpoint_to_probe(const Subject& subject, const Instance& body,
                                          TimePoint now) {
  const Machine& machine = *subject.machine;
  const Observation& seen = *subject.seen;
  if (!machine.probe || body.state != InstanceState::running || !holds_root(seen, body)) {
    return std::nullopt;
  }
  const bool address_here = seen.address && seen.address->instance == body.id;
  // Of a root that is not up yet the console tells, unless it cannot or is late.
  const bool tells = std::all_of(seen.volumes.begin(), seen.volumes.end(),
                                 [&](const Volume& root) { return speaks(machine, root); });
  const bool early = tells && now - body.launch_time < kBootLimit;
  const bool useful = is_up(seen, body) ? address_here || !seen.address_wanted : !early;
  const std::string& host = address_here ? seen.address->public_ip : body.public_ip;
  if (!useful || host.empty()) return std::nullopt;
  return Endpoint{.host = host, .port = machine.ssh_port};
}

void forget_gone_bodies(const Observation& seen, Memory& memory) {
  const auto gone = [&](const InstanceId& id) {
    return std::none_of(seen.bodies.begin(), seen.bodies.end(),
                        [&](const Instance& body) { return body.id == id; });
  };
  std::erase_if(memory.consoles, [&](const auto& note) { return gone(note.first); });
  std::erase_if(memory.attach_sent, [&](const auto& note) { return gone(note.first); });
  std::erase_if(memory.terminate_sent, [&](const auto& note) { return gone(note.first); });
  std::erase_if(memory.rebalance, gone);
}

}  // namespace

void read_consoles(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now, int most) {
  std::vector<Reading> readings;
  for (const Subject& subject : subjects) {
    for (const Instance& body : subject.seen->bodies) {
      if (body.state != InstanceState::running || came_up(body)) continue;
      const auto note = subject.memory->consoles.find(body.id);
      const bool is_new = note == subject.memory->consoles.end();
      const bool waits =
          !is_new && !note->second.report.stage.empty() && !holds_root(*subject.seen, body);
      readings.push_back(
          {subject.memory, body.id, waits, is_new ? TimePoint{} : note->second.read_at});
    }
  }
  std::stable_sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) {
    return std::tie(a.waits, a.read_at) < std::tie(b.waits, b.read_at);
  });
  if (readings.size() > static_cast<std::size_t>(most)) {
    readings.resize(static_cast<std::size_t>(most));
  }
  for (const Reading& reading : readings) {
    const auto console = ec2.console_output(reading.body);
    ConsoleNote& note = reading.memory->consoles[reading.body];
    note.read_at = now;
    if (console) note.report = read_boot_report(console->text);
    // No news but one: it passes by no waiting.
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

void probe(const std::vector<Subject>& subjects, Prober& prober, TimePoint now) {
  std::vector<Endpoint> endpoints;
  std::vector<std::pair<const Subject*, InstanceId>> asked;
  for (const Subject& subject : subjects) {
    for (const Instance& body : subject.seen->bodies) {
      const auto endpoint = endpoint_to_probe(subject, body, now);
      if (!endpoint) continue;
      if (is_up(*subject.seen, body) && subject.memory->serving == body.id) {
        subject.seen->reachable[body.id] = true;
        continue;
      }
      endpoints.push_back(*endpoint);
      asked.emplace_back(&subject, body.id);
    }
  }
  if (endpoints.empty()) return;
  const auto answers = prober.ssh_answers(endpoints);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& [subject, body] = asked[i];
    subject->seen->reachable[body] = answers[i];
    const bool up = std::any_of(subject->seen->bodies.begin(), subject->seen->bodies.end(),
                                [&, id = body, seen = subject->seen](const Instance& each) {
                                  return each.id == id && is_up(*seen, each);
                                });
    if (answers[i] && up) subject->memory->serving = body;
  }
}

Result<Observation> observe(const Machine& machine, aws::Ec2& ec2, Prober& prober, Memory& memory,
                            TimePoint now) {
  Survey survey(machine.owner, machine.name);
  TRY_VOID(survey.read_bodies(ec2));
  TRY_VOID(survey.read_roots(ec2, {&machine}));
  Observation seen = survey.of(machine, memory);
  const std::vector<Subject> subject{{.machine = &machine, .seen = &seen, .memory = &memory}};
  read_consoles(subject, ec2, now, kConsolesOfOneMachine);
  probe(subject, prober, now);
  return seen;
}

}  // namespace ec2spotter
