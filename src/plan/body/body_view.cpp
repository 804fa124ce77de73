#include "plan/body/body_view.hpp"

#include <algorithm>
#include <tuple>

#include "model/tags.hpp"
#include "plan/body/body_history.hpp"

namespace ec2spotter {
namespace {

const Instance* earlier(const Instance* best, const Instance& body) {
  const bool first = best == nullptr ||
                     std::tie(body.launch_time, body.id) < std::tie(best->launch_time, best->id);
  return first ? &body : best;
}

bool serves(const Instance& body, Engine engine) {
  const Engine made_for = engine_of(body);
  return made_for == engine || (has_boot_program(made_for) && has_boot_program(engine));
}

}  // namespace

bool is_live(const Instance& body) {
  return body.state == InstanceState::pending || body.state == InstanceState::running;
}

bool shows(const Instance& body, const VolumeId& volume) {
  return std::any_of(body.block_devices.begin(), body.block_devices.end(),
                     [&](const BlockDevice& disk) {
                       return disk.volume == volume && disk.state != AttachmentState::detached;
                     });
}

const BlockDevice* root_disk(const Instance& body) {
  const auto found = std::find_if(
      body.block_devices.begin(), body.block_devices.end(), [&](const BlockDevice& disk) {
        return disk.device == body.root_device && disk.state != AttachmentState::detached;
      });
  return found == body.block_devices.end() ? nullptr : &*found;
}

bool was_interrupted(const Observation& seen, const Instance& body) {
  return std::any_of(seen.requests.begin(), seen.requests.end(), [&](const SpotRequest& request) {
    return request.instance == body.id && request.status == SpotStatus::stopped_by_spot;
  });
}

const Instance* BodyView::find_body(const InstanceId& id) const {
  const auto found = std::find_if(seen_.bodies.begin(), seen_.bodies.end(),
                                  [&](const Instance& body) { return body.id == id; });
  return found == seen_.bodies.end() ? nullptr : &*found;
}

BootReport BodyView::boot_of(const Instance& body) const {
  const auto found = seen_.boots.find(body.id);
  return found == seen_.boots.end() ? BootReport{} : found->second;
}

std::optional<bool> BodyView::answers(const Instance& body) const {
  const auto found = seen_.reachable.find(body.id);
  return found == seen_.reachable.end() ? std::nullopt : std::optional(found->second);
}

bool BodyView::has_entered(const Instance& body) const {
  const std::string stage = boot_of(body).stage;
  return came_up(body) || stage == "enter" || stage == "root";
}

bool BodyView::is_doomed(const Instance& body) const {
  if (has_ended(body)) return true;
  return std::any_of(seen_.requests.begin(), seen_.requests.end(), [&](const SpotRequest& request) {
    const SpotStatus status = request.status;
    return request.instance == body.id &&
           (status == SpotStatus::marked || status == SpotStatus::terminated);
  });
}

const RootTask* BodyView::task_of(const Instance& body) const {
  const auto found = std::find_if(
      seen_.root_tasks.begin(), seen_.root_tasks.end(),
      [&](const RootTask& task) { return task.instance == body.id && task.under_way(); });
  return found == seen_.root_tasks.end() ? nullptr : &*found;
}

bool BodyView::may_take_root(const Instance& body, const RootNeeds& root) const {
  const Engine engine = root.engine;
  if (body.zone != root.zone || !serves(body, engine) || was_silent(body)) return false;
  // One that waits for the present root does not know the one that takes its place.
  const bool fits = root.to_come ? waits_for_next(body) : waits_for(body, root.volume);
  if (has_boot_program(engine) && !fits) return false;
  const bool for_swap =
      engine == Engine::swap &&
      (body.state == InstanceState::stopping || body.state == InstanceState::stopped) &&
      !was_interrupted(seen_, body);
  return (is_live(body) || for_swap) && !is_doomed(body) && !has_entered(body);
}

const Instance* BodyView::next_body(const Instance* holder, const RootNeeds& root) const {
  const Instance* best = nullptr;
  for (const Instance& body : seen_.bodies) {
    if (&body != holder && may_take_root(body, root)) best = earlier(best, body);
  }
  return best;
}

const Instance* BodyView::successor_of(const Instance& body, const RootNeeds& root) const {
  const Instance* best = nullptr;
  for (const Instance& next : seen_.bodies) {
    const bool successor = tag::value(next.tags, tag::kTakesOver) == body.id.str();
    if (successor && may_take_root(next, root)) best = earlier(best, next);
  }
  return best;
}

}  // namespace ec2spotter
