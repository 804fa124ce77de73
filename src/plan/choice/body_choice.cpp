#include "plan/choice/body_choice.hpp"

#include <algorithm>
#include <tuple>

#include "plan/body/body_view.hpp"
#include "plan/choice/engine_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

const Instance* living_one_that_shows(const Observation& seen, const VolumeId& root) {
  const auto found =
      std::find_if(seen.bodies.begin(), seen.bodies.end(),
                   [&](const Instance& body) { return is_live(body) && shows(body, root); });
  return found == seen.bodies.end() ? nullptr : &*found;
}

const Instance* newest_living_one(const Observation& seen) {
  const Instance* best = nullptr;
  for (const Instance& body : seen.bodies) {
    if (!is_live(body)) continue;
    const bool newer = best == nullptr ||
                       std::tie(best->launch_time, best->id) < std::tie(body.launch_time, body.id);
    if (newer) best = &body;
  }
  return best;
}

}  // namespace

const Attachment* holding(const Volume& volume) {
  for (const Attachment& attachment : volume.attachments) {
    if (attachment.state != AttachmentState::detached) return &attachment;
  }
  return nullptr;
}

const Instance* choose_body(const Machine& machine, const Observation& seen) {
  const BodyView bodies(seen);
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  for (const Volume& volume : seen.volumes) {
    // If it is not certain which volume is the root, each candidate counts.
    if (root != nullptr && root != &volume) continue;
    const Attachment* held = holding(volume);
    const Instance* holder = held == nullptr ? nullptr : bodies.find_body(held->instance);
    if (holder != nullptr) return holder;
  }
  if (root == nullptr) return newest_living_one(seen);
  if (const Instance* body = living_one_that_shows(seen, root->id)) return body;
  const Instance* next =
      bodies.next_body(nullptr, {.volume = root->id,
                                 .zone = zone_of_next(*root),
                                 .engine = choose_engine(machine, *root, seen).engine});
  return next != nullptr ? next : newest_living_one(seen);
}

}  // namespace ec2spotter
