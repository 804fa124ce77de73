#include "control/observe/probing.hpp"

#include <algorithm>

#include "plan/body/body_history.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr Duration kEvery = 60s;
constexpr Duration kSilentEvery = 15s;
constexpr Duration kKeyEvery = 10min;

// What one turn may ask; the prober asks so many at once.
constexpr std::size_t kMost = 256;

struct Question {
  const Subject* subject;
  const Instance* body;
  bool up;  // its root is
  TimePoint asked_at;
  Endpoint endpoint;
};

// Has the root been seen up there, by a controller or just now on the console?
bool is_up(const Observation& seen, const Instance& body) {
  const auto boot = seen.boots.find(body.id);
  return came_up(body) || (boot != seen.boots.end() && boot->second.root_up());
}

// The endpoint to probe for this body; nullopt: a probe would show nothing.
std::optional<Endpoint> endpoint_to_probe(const Subject& subject, const Instance& body,
                                          TimePoint now) {
  const Machine& machine = *subject.machine;
  const Observation& seen = *subject.seen;
  // One that waits for its root disk shows by its answer that its system can be restarted.
  if (!machine.probe || body.state != InstanceState::running ||
      !(may_have_root_task(body) || holds_root(machine, seen, body, now))) {
    return std::nullopt;
  }
  const bool address_here = seen.address && seen.address->instance == body.id;
  // The console shows a root that is not up yet, unless it cannot or is late.
  const bool tells = std::all_of(seen.volumes.begin(), seen.volumes.end(), [&](const Volume& root) {
    return reports_root_up(machine, root, body);
  });
  const auto boot = seen.boots.find(body.id);
  const bool mute = boot != seen.boots.end() && boot->second.mute;
  const bool early = tells && !mute && now - body.launch_time < machine.boot_limit;
  const bool useful = is_up(seen, body) ? address_here || !seen.address_wanted : !early;
  const std::string& host = host_of(body, seen);
  if (!useful || host.empty()) return std::nullopt;
  return Endpoint{.host = host, .port = machine.ssh_port};
}

// nullopt: it is not asked now.
std::optional<Question> question_for(const Subject& subject, const Instance& body, TimePoint now) {
  const auto found = subject.memory->probes.find(body.id);
  const ProbeNote* note =
      found == subject.memory->probes.end() || !found->second.answered ? nullptr : &found->second;
  // Asked first, as it costs nothing.
  if (note != nullptr && now - note->asked_at < (note->silent_since ? kSilentEvery : kEvery)) {
    return std::nullopt;
  }
  const auto endpoint = endpoint_to_probe(subject, body, now);
  if (!endpoint) return std::nullopt;
  Question question{.subject = &subject,
                    .body = &body,
                    .up = is_up(*subject.seen, body),
                    .asked_at = {},
                    .endpoint = *endpoint};
  if (note == nullptr) return question;
  question.asked_at = note->asked_at;
  question.endpoint.wants_host_key =
      note->silent_since || note->other_key_since || now - note->key_asked_at >= kKeyEvery;
  return question;
}

// Another key is the same machine's when its console says that it is in its root, or cannot tell.
void take_key(const Subject& subject, const Instance& body, ProbeNote& note, const std::string& key,
              TimePoint now) {
  note.key_asked_at = now;
  if (note.host_key.empty() || note.host_key == key) {
    note.host_key = key;
    note.other_key_since.reset();
    return;
  }
  if (!note.other_key_since) note.other_key_since = now;
  const auto console = subject.memory->consoles.find(body.id);
  const bool in_root = console != subject.memory->consoles.end() &&
                       console->second.report.root_up() &&
                       console->second.read_at > *note.other_key_since;
  const bool tells = std::all_of(
      subject.seen->volumes.begin(), subject.seen->volumes.end(),
      [&](const Volume& root) { return reports_root_up(*subject.machine, root, body); });
  if (tells && !in_root) return;
  note.host_key = key;
  note.other_key_since.reset();
}

void take_in(const Question& question, const SshAnswer& answer, TimePoint now) {
  question.subject->seen->reachable[question.body->id] = answer.greets;
  if (!question.up) return;
  ProbeNote& note = question.subject->memory->probes[question.body->id];
  note.asked_at = now;
  if (!answer.greets) {
    if (note.answered && !note.silent_since) note.silent_since = now;
    return;
  }
  note.answered = true;
  note.silent_since.reset();
  if (!answer.host_key.empty()) {
    take_key(*question.subject, *question.body, note, answer.host_key, now);
  }
}

}  // namespace

void probe(const std::vector<Subject>& subjects, Prober& prober, TimePoint now) {
  std::vector<Question> questions;
  for (const Subject& subject : subjects) {
    for (const auto& [body, note] : subject.memory->probes) {
      if (note.answered) subject.seen->reachable[body] = !note.silent_since;
    }
    for (const Instance& body : subject.seen->bodies) {
      if (auto question = question_for(subject, body, now)) questions.push_back(*question);
    }
  }
  std::stable_sort(questions.begin(), questions.end(),
                   [](const Question& a, const Question& b) { return a.asked_at < b.asked_at; });
  if (questions.size() > kMost) questions.resize(kMost);
  if (questions.empty()) return;
  std::vector<Endpoint> endpoints;
  endpoints.reserve(questions.size());
  for (const Question& question : questions) endpoints.push_back(question.endpoint);
  const auto answers = prober.ssh_answers(endpoints);
  for (std::size_t i = 0; i < questions.size(); ++i) take_in(questions[i], answers[i], now);
}

}  // namespace ec2spotter
