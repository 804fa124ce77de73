#include "plan/ways/replacing.hpp"

#include <algorithm>

#include "plan/body/body_history.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

int failed_tasks(const Observation& seen, const Instance& body) {
  return static_cast<int>(
      std::count_if(seen.root_tasks.begin(), seen.root_tasks.end(), [&](const RootTask& task) {
        return task.instance == body.id && task.state == RootTaskState::failed;
      }));
}

bool lost_its_disk(const Observation& seen, const Instance& body) {
  return std::any_of(seen.root_tasks.begin(), seen.root_tasks.end(), [&](const RootTask& task) {
    return task.instance == body.id && task.state == RootTaskState::failed_detached;
  });
}

}  // namespace

std::optional<Decision> Replacing::prepare(const Instance& next) const {
  const bool wreck = lost_its_disk(s_.seen, next);
  // With another engine to go on with, one failure is enough.
  const int most = s_.machine.engine == Engine::automatic ? 1 : kFailedTasksMost;
  if (wreck || failed_tasks(s_.seen, next) >= most) {
    const std::string what = "EC2 could not replace the root disk of " + next.id.str() +
                             (wreck ? ", which has no disk now" : "");
    if (attempt_of(next) > kFailedBootsMost) {
      return s_.decide.stuck(Reason::replace_failed, Errc::wrong_state, what);
    }
    return s_.decide.act(Reason::replace_failed, what, step::MarkRoot{next.id, RootMark::silent});
  }
  if (next.state != InstanceState::running) {
    return s_.decide.wait(Reason::waiting_for_body, next.id.str() + " is pending", kPollChange);
  }
  // A system that has not started yet does not hear that EC2 wants to restart it, and EC2 waits
  // four minutes for it.
  const bool started = !s_.machine.probe || s_.bodies.answers(next) == true;
  if (started || s_.now - next.launch_time > kGuestStarts) return std::nullopt;
  return s_.decide.wait(Reason::waiting_for_preboot, next.id.str() + " boots its image",
                        kPollChange);
}

Decision Replacing::start(const Root& root, const Instance& next) const {
  return s_.decide.act(Reason::replacing_root,
                       next.id.str() + " gets " + root.volume.id.str() + " as its root disk",
                       step::ReplaceRoot{.volume = root.volume.id,
                                         .instance = next.id,
                                         .attempt = failed_tasks(s_.seen, next) + 1});
}

Decision Replacing::follow(const Root& root) const {
  const std::string what = "EC2 replaces the root disk of " + root.task->instance.str() + " (" +
                           std::string(to_string(root.task->state)) + ")";
  const bool late = s_.waits_too_long(Reason::replacing_root, Reason::replace_stuck, kReplaceLimit);
  if (!late) return s_.decide.wait(Reason::replacing_root, what, kPollConsole);
  return s_.decide.wait(Reason::replace_stuck,
                        what + " for more than " + minutes_of(kReplaceLimit) +
                            "; the instance is not touched meanwhile, because EC2 may give it the "
                            "root; ask AWS Support if it stays so",
                        kPollSupport);
}

bool Replacing::is_up(const Root& root) const {
  const Instance& body = *root.holder;
  return is_for(body, Engine::replace) && root.task == nullptr &&
         body.state == InstanceState::running && s_.bodies.answers(body).value_or(true);
}

}  // namespace ec2spotter
