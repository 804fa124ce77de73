#include "guests.hpp"

namespace ec2spotter::scenario {

bool Guests::ssh_answers(const std::string& public_ip) const {
  const auto route = routes_.find(public_ip);
  if (route == routes_.end()) return false;
  const auto guest = running_.find(route->second);
  return guest != running_.end() && root_is_up(guest->second);
}

Result<void> Guests::start(const sim::BodySpec& spec) {
  Guest guest{.started = clock_.now(), .volume = {}, .plugged = {}};
  for (const sim::BodyDisk& disk : spec.disks) {
    if (disk.device == spec.root_device) continue;
    guest.volume = disk.volume_id;
    guest.plugged = clock_.now();
  }
  running_[spec.instance_id] = guest;
  return {};
}

void Guests::press_power_button(const std::string& instance_id) {
  running_.erase(instance_id);
  post_(sim::GuestPoweredOff{instance_id});
}

Result<void> Guests::plug_disk(const std::string& instance_id, const sim::BodyDisk& disk) {
  Guest& guest = running_[instance_id];
  guest.volume = disk.volume_id;
  guest.plugged = clock_.now();
  return {};
}

void Guests::unplug_disk(const std::string& instance_id, const sim::BodyDisk& disk) {
  running_[instance_id].volume.clear();
  post_(sim::DiskReleased{instance_id, disk.volume_id});
}

std::string Guests::console(const std::string& instance_id) {
  const auto found = running_.find(instance_id);
  if (found == running_.end()) return {};
  const Guest& guest = found->second;
  if (clock_.now() - guest.started < habits.to_preboot) return "Linux version 6.1\n";
  std::string text = "ec2spotter: identify ok instance=" + instance_id + "\n";
  if (guest.volume.empty()) return text + "ec2spotter: find wait seconds=1\n";
  text += "ec2spotter: find ok volume=" + guest.volume + "\n";
  if (!habits.failing_stage.empty()) {
    return text + "ec2spotter: " + habits.failing_stage +
           " fail reason=no_system text=\"no system on the volume\"\n";
  }
  text += "ec2spotter: enter ok engine=kexec\n";
  if (!root_is_up(guest)) return text;
  return text + "ec2spotter: root ok volume=" + guest.volume + " engine=kexec\n";
}

Result<void> Guests::route_address(const std::string& public_ip, const std::string& instance_id) {
  routes_[public_ip] = instance_id;
  return {};
}

bool Guests::root_is_up(const Guest& guest) const {
  return !guest.volume.empty() && habits.failing_stage.empty() &&
         clock_.now() - guest.plugged >= habits.to_root;
}

}  // namespace ec2spotter::scenario
