#include "control/ejecting/ejecting.hpp"

#include <algorithm>

#include "control/tags/ownership.hpp"
#include "model/tags.hpp"
#include "plan/body/body_view.hpp"

namespace ec2spotter {
namespace {

void add(std::vector<TaggedResource>& resources, const std::string& id, const Tags& tags) {
  auto keys = our_keys(tags);
  const bool known = std::any_of(resources.begin(), resources.end(),
                                 [&](const TaggedResource& each) { return each.id == id; });
  if (!keys.empty() && !known) resources.push_back({.id = id, .keys = std::move(keys)});
}

bool is_at(const Volume& volume, const Instance& instance) {
  return std::any_of(volume.attachments.begin(), volume.attachments.end(),
                     [&](const Attachment& each) { return each.instance == instance.id; });
}

}  // namespace

Machine ejecting_machine(const Machine& machine, Market market) {
  Machine last = machine;
  last.ejects = true;
  last.engine = Engine::automatic;
  last.markets = {market};
  last.on_demand_after = Duration::zero();
  last.return_to_spot = {};
  last.unattended = false;
  if (market == Market::on_demand) last.max_price.reset();
  return last;
}

const Instance* ejected_instance(const Observation& seen, const VolumeId& root) {
  const auto found =
      std::find_if(seen.bodies.begin(), seen.bodies.end(), [&](const Instance& body) {
        const BlockDevice* disk = root_disk(body);
        return tag::is_set(body.tags, tag::kEjects) && body.state == InstanceState::running &&
               disk != nullptr && disk->volume == root;
      });
  return found == seen.bodies.end() ? nullptr : &*found;
}

std::vector<TaggedResource> tagged_resources(const Observation& seen, const Instance& instance,
                                             const VolumeId& root) {
  std::vector<TaggedResource> resources;
  if (seen.address && seen.address->instance == instance.id) {
    add(resources, seen.address->id.str(), seen.address->tags);
  }
  for (const NetworkInterface& interface : seen.interfaces) {
    if (interface.instance == instance.id) add(resources, interface.id.str(), interface.tags);
  }
  for (const SpotRequest& request : seen.requests) {
    if (request.id == instance.spot_request) add(resources, request.id.str(), request.tags);
  }
  for (const auto* volumes : {&seen.data_volumes, &seen.volumes}) {
    for (const Volume& volume : *volumes) {
      if (volume.id != root && is_at(volume, instance)) {
        add(resources, volume.id.str(), volume.tags);
      }
    }
  }
  add(resources, instance.id.str(), instance.tags);
  for (const Volume& volume : seen.volumes) {
    if (volume.id == root) add(resources, volume.id.str(), volume.tags);
  }
  return resources;
}

Result<void> forget(const std::vector<TaggedResource>& resources, aws::Ec2& ec2) {
  for (const TaggedResource& resource : resources) {
    TRY_VOID(ec2.delete_tags({resource.id}, resource.keys));
  }
  return {};
}

}  // namespace ec2spotter
