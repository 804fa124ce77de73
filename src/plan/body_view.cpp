#include "plan/body_view.hpp"

#include <algorithm>
#include <tuple>

#include "plan/body_history.hpp"

namespace ec2spotter {

bool is_live(const Instance& body) {
  return body.state == InstanceState::pending || body.state == InstanceState::running;
}

bool shows(const Instance& body, const Volume& volume) {
  return std::any_of(body.block_devices.begin(), body.block_devices.end(),
                     [&](const BlockDevice& disk) {
                       return disk.volume == volume.id && disk.state != AttachmentState::detached;
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
  if (body.state == InstanceState::shutting_down || body.state == InstanceState::terminated) {
    return true;
  }
  return std::any_of(seen_.requests.begin(), seen_.requests.end(), [&](const SpotRequest& request) {
    return request.instance == body.id &&
           (request.status_code == "marked-for-termination" ||
            request.status_code == "marked-for-stop" ||
            request.status_code.starts_with("instance-terminated") ||
            request.status_code.starts_with("spot-instance-terminated"));
  });
}

const Instance* BodyView::next_body(const Instance* holder) const {
  const Instance* best = nullptr;
  for (const Instance& body : seen_.bodies) {
    if (&body == holder || has_entered(body) || !is_live(body) || is_doomed(body)) continue;
    if (best == nullptr ||
        std::tie(body.launch_time, body.id) < std::tie(best->launch_time, best->id)) {
      best = &body;
    }
  }
  return best;
}

}  // namespace ec2spotter
