#include "sim/scripted/scripted_bodies.hpp"

namespace ec2spotter::sim {

bool ScriptedBodies::ssh_answers(const std::string& public_ip) const {
  const auto route = routes_.find(public_ip);
  if (route == routes_.end()) return false;
  const auto guest = running_.find(route->second);
  return guest != running_.end() && root_is_up(guest->second);
}

Result<void> ScriptedBodies::start(const BodySpec& spec) {
  Guest guest{.started = clock_.now(), .volume = {}, .plugged = {}};
  for (const BodyDisk& disk : spec.disks) {
    const bool is_root_disk = disk.device == spec.root_device;
    if (is_root_disk) {
      const auto image_disk = image_disks_.try_emplace(spec.instance_id, disk.volume_id).first;
      if (image_disk->second == disk.volume_id) continue;
    }
    guest.is_root_disk = is_root_disk;
    plug(guest, disk.volume_id);
  }
  running_[spec.instance_id] = guest;
  return {};
}

void ScriptedBodies::press_power_button(const std::string& instance_id) {
  cut_power(instance_id);
  report(GuestPoweredOff{instance_id});
}

void ScriptedBodies::cut_power(const std::string& instance_id) {
  const auto guest = running_.find(instance_id);
  if (guest == running_.end()) return;
  unplug(guest->second);
  running_.erase(guest);
}

Result<void> ScriptedBodies::plug_disk(const std::string& instance_id, const BodyDisk& disk) {
  plug(running_[instance_id], disk.volume_id);
  return {};
}

void ScriptedBodies::unplug_disk(const std::string& instance_id, const BodyDisk& disk) {
  unplug(running_[instance_id]);
  report(DiskReleased{instance_id, disk.volume_id});
}

std::string ScriptedBodies::console(const std::string& instance_id) {
  const auto found = running_.find(instance_id);
  if (found == running_.end()) return {};
  const Guest& guest = found->second;
  if (guest.is_root_disk || clock_.now() - guest.started < habits.to_preboot) {
    return "Linux version 6.1\n";
  }
  std::string text = "ec2spotter: identify ok instance=" + instance_id + "\n";
  if (guest.volume.empty()) return text + "ec2spotter: find wait seconds=1\n";
  text += "ec2spotter: find ok volume=" + guest.volume + "\n";
  if (!habits.failing_stage.empty()) {
    return text + "ec2spotter: " + habits.failing_stage + " fail reason=" + habits.failing_reason +
           " text=\"the scripted guest gives up\"\n";
  }
  text += "ec2spotter: enter ok engine=kexec\n";
  if (!root_is_up(guest)) return text;
  return text + "ec2spotter: root ok volume=" + guest.volume + " engine=kexec\n";
}

Result<void> ScriptedBodies::route_address(const std::string& public_ip,
                                           const std::string& instance_id) {
  routes_[public_ip] = instance_id;
  return {};
}

bool ScriptedBodies::root_is_up(const Guest& guest) const {
  return !guest.volume.empty() && (guest.is_root_disk || habits.failing_stage.empty()) &&
         clock_.now() - guest.plugged >= habits.to_root;
}

void ScriptedBodies::plug(Guest& guest, const std::string& volume_id) {
  guest.volume = volume_id;
  guest.plugged = clock_.now();
  on_plugged(volume_id);
}

void ScriptedBodies::unplug(Guest& guest) {
  if (guest.volume.empty()) return;
  const bool up = root_is_up(guest);
  on_unplugged(guest.volume, up ? clock_.now() - guest.plugged - habits.to_root : Duration{});
  guest.volume.clear();
}

}  // namespace ec2spotter::sim
