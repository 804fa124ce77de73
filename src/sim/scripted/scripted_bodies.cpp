#include "sim/scripted/scripted_bodies.hpp"

#include <algorithm>

namespace ec2spotter::sim {

const ScriptedBodies::Guest* ScriptedBodies::guest_at(const std::string& public_ip) const {
  const auto route = routes_.find(public_ip);
  if (route == routes_.end()) return nullptr;
  const auto guest = running_.find(route->second);
  return guest == running_.end() ? nullptr : &guest->second;
}

bool ScriptedBodies::ssh_answers(const std::string& public_ip) const {
  const Guest* guest = guest_at(public_ip);
  return guest != nullptr && (root_is_up(*guest) || preboot_is_up(*guest));
}

// It has one of its own, which stops when the guest begins to enter its root.
bool ScriptedBodies::preboot_is_up(const Guest& guest) const {
  const bool waits = guest.volume.empty() && last_act(guest) - guest.started >= habits.to_preboot;
  return !guest.hung && (waits || guest.fell_back);
}

std::string ScriptedBodies::host_key(const std::string& public_ip) const {
  if (!ssh_answers(public_ip)) return {};
  const Guest* guest = guest_at(public_ip);
  return preboot_is_up(*guest) ? "preboot" : origin_of(guest->volume);
}

std::string ScriptedBodies::origin_of(const std::string& id) const {
  const auto found = origins_.find(id);
  return found == origins_.end() ? id : found->second;
}

Result<void> ScriptedBodies::create_volume(const std::string& volume_id, int /*size_gib*/,
                                           const std::string& snapshot_id) {
  if (origins_.contains(snapshot_id)) origins_[volume_id] = origin_of(snapshot_id);
  return {};
}

Result<void> ScriptedBodies::copy_snapshot(const std::string& snapshot_id,
                                           const std::string& source_id) {
  if (origins_.contains(source_id)) origins_[snapshot_id] = origin_of(source_id);
  return {};
}

Result<void> ScriptedBodies::create_snapshots(const std::vector<SnapshotOrder>& orders) {
  for (const SnapshotOrder& order : orders) {
    origins_[order.snapshot_id] = origin_of(order.volume_id);
  }
  return {};
}

void ScriptedBodies::fall_back_to_preboot(const std::string& instance_id) {
  reboot(instance_id);
  running_[instance_id].fell_back = true;
}

bool ScriptedBodies::is_checking(const Guest& guest) const {
  return !guest.volume.empty() && last_act(guest) - guest.plugged < guest.check;
}

bool ScriptedBodies::is_checking(const std::string& instance_id) const {
  const auto guest = running_.find(instance_id);
  return guest != running_.end() && is_checking(guest->second);
}

void ScriptedBodies::finish_checks() {
  for (auto& [id, guest] : running_) guest.check = Duration::zero();
}

bool ScriptedBodies::root_is_read_only(const std::string& public_ip) const {
  const Guest* guest = guest_at(public_ip);
  return guest != nullptr && guest->read_only && root_is_up(*guest);
}

Result<void> ScriptedBodies::start(const BodySpec& spec) {
  Guest guest{.started = clock_.now(),
              .volume = {},
              .plugged = {},
              .hung = {},
              .read_only = {},
              .fell_back = false};
  // What is there at the first start is its image's.
  const auto [image_disks, first] = image_disks_.try_emplace(spec.instance_id);
  for (const BodyDisk& disk : spec.disks) {
    if (first) image_disks->second.insert(disk.volume_id);
    if (image_disks->second.contains(disk.volume_id)) continue;
    if (disk.device == spec.root_device) {
      guest.is_root_disk = true;
      guest.starts = has_loader_for(spec.boot_mode);
      plug(guest, disk.volume_id);
    } else if (is_root_of(guest, disk)) {
      plug(guest, disk.volume_id);
    } else {
      plug_further(guest, disk.volume_id);
    }
  }
  enter(guest);
  running_[spec.instance_id] = guest;
  return {};
}

void ScriptedBodies::press_power_button(const std::string& instance_id) {
  const auto guest = running_.find(instance_id);
  if (guest != running_.end() && guest->second.hung) return;
  cut_power(instance_id);
  report(GuestPoweredOff{instance_id});
}

void ScriptedBodies::cut_power(const std::string& instance_id) {
  const auto guest = running_.find(instance_id);
  if (guest == running_.end()) return;
  unplug(guest->second);
  running_.erase(guest);
}

void ScriptedBodies::reboot(const std::string& instance_id) {
  const auto found = running_.find(instance_id);
  if (found == running_.end()) return;
  Guest& guest = found->second;
  const std::string volume = guest.volume;
  unplug(guest);
  guest.started = clock_.now();
  guest.hung.reset();
  guest.read_only.reset();
  guest.fell_back = false;
  if (!volume.empty()) plug(guest, volume);
}

Result<void> ScriptedBodies::restart(const BodySpec& spec) {
  cut_power(spec.instance_id);
  return start(spec);
}

Result<void> ScriptedBodies::hang(const std::string& instance_id) {
  const auto guest = running_.find(instance_id);
  if (guest != running_.end() && !guest->second.hung) guest->second.hung = clock_.now();
  return {};
}

Result<void> ScriptedBodies::turn_read_only(const std::string& instance_id) {
  const auto guest = running_.find(instance_id);
  if (guest == running_.end() || !root_is_up(guest->second)) {
    return fail(Errc::invalid, "no root is up in " + instance_id);
  }
  if (!guest->second.read_only) guest->second.read_only = clock_.now();
  return {};
}

Result<void> ScriptedBodies::plug_disk(const std::string& instance_id, const BodyDisk& disk) {
  Guest& guest = running_[instance_id];
  if (is_root_of(guest, disk)) {
    plug(guest, disk.volume_id);
    enter(guest);
  } else {
    plug_further(guest, disk.volume_id);
  }
  return {};
}

void ScriptedBodies::unplug_disk(const std::string& instance_id, const BodyDisk& disk) {
  Guest& guest = running_[instance_id];
  if (guest.hung) return;
  if (guest.volume == disk.volume_id) unplug(guest);
  if (const auto further = guest.further.find(disk.volume_id); further != guest.further.end()) {
    stop_writing(guest);
    guest.further.erase(further);
  }
  report(DiskReleased{instance_id, disk.volume_id});
}

std::string ScriptedBodies::console(const std::string& instance_id) {
  const auto found = running_.find(instance_id);
  if (found == running_.end()) return {};
  const Guest& guest = found->second;
  if (guest.is_root_disk || last_act(guest) - guest.started < habits.to_preboot) {
    return "Linux version 6.1\n";
  }
  std::string text = "ec2spotter: identify ok instance=" + instance_id + "\n";
  if (guest.volume.empty()) return text + "ec2spotter: find wait seconds=1\n";
  text += "ec2spotter: find ok volume=" + guest.volume + "\n";
  if (!habits.firmware.empty()) {
    text += "ec2spotter: check start disk=nvme1n1 firmware=" + habits.firmware + "\n";
  }
  if (!habits.failing_stage.empty()) {
    return text + "ec2spotter: " + habits.failing_stage + " fail reason=" + habits.failing_reason +
           " text=\"the scripted guest gives up\"\n";
  }
  if (is_checking(guest)) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(last_act(guest) - guest.plugged);
    return text + "ec2spotter: check busy seconds=" + std::to_string(minutes.count() * 60) + "\n";
  }
  if (guest.fell_back) return text + "ec2spotter: enter fail reason=did_not_come_up\n";
  text += "ec2spotter: enter ok engine=kexec\n";
  if (!root_came_up(guest)) return text;
  text += "ec2spotter: root ok volume=" + guest.volume + " engine=kexec\n";
  if (guest.read_only) text += "EXT4-fs (nvme1n1p1): Remounting filesystem read-only\n";
  return text;
}

Result<void> ScriptedBodies::route_address(const std::string& public_ip,
                                           const std::string& instance_id) {
  routes_[public_ip] = instance_id;
  return {};
}

bool ScriptedBodies::has_loader_for(BootMode mode) const {
  const char* word = mode == BootMode::uefi ? "uefi" : "bios";
  return habits.firmware.empty() || habits.firmware.find(word) != std::string::npos;
}

bool ScriptedBodies::root_came_up(const Guest& guest) const {
  return !guest.volume.empty() && guest.starts &&
         (guest.is_root_disk || habits.failing_stage.empty()) &&
         last_act(guest) - guest.plugged >= guest.check + habits.to_root;
}

void ScriptedBodies::plug(Guest& guest, const std::string& volume_id) {
  guest.volume = volume_id;
  guest.plugged = clock_.now();
  guest.check = guest.is_root_disk ? Duration::zero() : habits.check;
  on_plugged(volume_id);
}

bool ScriptedBodies::is_root_of(const Guest& guest, const BodyDisk& disk) const {
  return guest.volume.empty() && disk.device == habits.device;
}

void ScriptedBodies::plug_further(Guest& guest, const std::string& volume_id) {
  guest.further[volume_id] = clock_.now();
  on_plugged(volume_id);
}

void ScriptedBodies::enter(const Guest& guest) {
  if (guest.volume.empty()) return;
  std::set<std::string> further;
  for (const auto& [volume, since] : guest.further) further.insert(volume);
  on_entering(guest.volume, further);
}

TimePoint ScriptedBodies::last_write(const Guest& guest) const {
  return std::min(last_act(guest), guest.read_only.value_or(clock_.now()));
}

void ScriptedBodies::stop_writing(Guest& guest) {
  const bool up = root_came_up(guest);
  for (auto& [volume, since] : guest.further) {
    const TimePoint begun = std::max(since, guest.plugged + guest.check + habits.to_root);
    on_unplugged(volume, up ? std::max(last_act(guest) - begun, Duration{}) : Duration{});
    since = clock_.now();
  }
}

void ScriptedBodies::unplug(Guest& guest) {
  stop_writing(guest);
  if (guest.volume.empty()) return;
  const bool up = root_came_up(guest);
  on_unplugged(guest.volume,
               up ? last_write(guest) - guest.plugged - guest.check - habits.to_root : Duration{});
  guest.volume.clear();
}

}  // namespace ec2spotter::sim
