// Bodies without a VM whose guests behave: each says on its console, at the time at which a real
// one would, what the boot program says. For many machines at once, and for virtual time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "sim/core/state/body.hpp"

namespace ec2spotter::sim {

// How the guests boot.
struct GuestHabits {
  Duration to_preboot = std::chrono::seconds(10);  // from power-on to the boot program
  Duration to_root = std::chrono::seconds(25);  // from the volume's attachment to its system's end
  Duration check{};  // how long a guest that gets its root now checks the file system first
  std::string failing_stage;                 // "check": the boot program gives up there
  std::string failing_reason = "no_system";  // the word that it says then
  // Which firmware starts the volumes, as the boot program says it ("bios,uefi"): with another one
  // a guest that has a volume as its root disk stays silent. Empty: each does, and none is named.
  std::string firmware = {};
  // Where the boot program waits for its volume; what is attached elsewhere is a further disk.
  std::string device = "/dev/sdf";
};

class ScriptedBodies : public NoBodies {
 public:
  ScriptedBodies(const Clock& clock, PostBodyEvent post)
      : NoBodies(std::move(post)), clock_(clock) {}

  GuestHabits habits;
  // Does an SSH server answer at this address now?
  bool ssh_answers(const std::string& public_ip) const;
  // The host key of the server that answers there; empty: none does.
  std::string host_key(const std::string& public_ip) const;
  // Is it at work on the check of its root's file system?
  bool is_checking(const std::string& instance_id) const;
  // All checks that are under way end.
  void finish_checks();
  // A restart from inside that ends on the preboot system, whose own SSH server answers.
  void fall_back_to_preboot(const std::string& instance_id);
  // Has the root of the system at this address stopped to take writes?
  bool root_is_read_only(const std::string& public_ip) const;

  // A copy of a volume has its system, and so its host key.
  Result<void> create_volume(const std::string& volume_id, int size_gib,
                             const std::string& snapshot_id) override;
  Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders) override;
  Result<void> copy_snapshot(const std::string& snapshot_id, const std::string& source_id) override;
  Result<void> start(const BodySpec& spec) override;
  void press_power_button(const std::string& instance_id) override;
  void cut_power(const std::string& instance_id) override;
  void reboot(const std::string& instance_id) override;
  Result<void> restart(const BodySpec& spec) override;
  Result<void> hang(const std::string& instance_id) override;
  Result<void> turn_read_only(const std::string& instance_id) override;
  Result<void> plug_disk(const std::string& instance_id, const BodyDisk& disk) override;
  void unplug_disk(const std::string& instance_id, const BodyDisk& disk) override;
  std::string console(const std::string& instance_id) override;
  Result<void> route_address(const std::string& public_ip, const std::string& instance_id) override;

 protected:
  // The guest gets this volume, or loses it: of use to whoever keeps what is on it.
  virtual void on_plugged(const std::string& /*volume_id*/) {}
  // `up`: how long a system has been up that had it; zero when none was.
  virtual void on_unplugged(const std::string& /*volume_id*/, Duration /*up*/) {}
  // The guest is about to enter its root, or to boot from it, with these further disks.
  virtual void on_entering(const std::string& /*root*/, const std::set<std::string>& /*further*/) {}

  // The volume that it is a copy of, or a copy of a copy; else itself.
  std::string origin_of(const std::string& id) const;

 private:
  struct Guest {
    TimePoint started;
    std::string volume;
    TimePoint plugged;
    Duration check{};                               // before its system starts
    bool is_root_disk = false;                      // the volume is what it has booted from
    std::optional<TimePoint> hung, read_only;       // since when
    bool starts = true;                             // its firmware finds a loader on its root disk
    bool fell_back = false;                         // to the preboot system, until its next restart
    std::map<std::string, TimePoint> further = {};  // disks beside the root, since when
  };
  // The last moment at which the guest did anything.
  TimePoint last_act(const Guest& guest) const { return guest.hung.value_or(clock_.now()); }
  bool root_came_up(const Guest& guest) const;
  bool has_loader_for(BootMode mode) const;
  bool preboot_is_up(const Guest& guest) const;
  bool root_is_up(const Guest& guest) const {
    return !guest.hung && !guest.fell_back && root_came_up(guest);
  }
  bool is_checking(const Guest& guest) const;
  const Guest* guest_at(const std::string& public_ip) const;
  bool is_root_of(const Guest& guest, const BodyDisk& disk) const;
  void plug(Guest& guest, const std::string& volume_id);
  void plug_further(Guest& guest, const std::string& volume_id);
  void enter(const Guest& guest);
  void unplug(Guest& guest);
  // The system has stopped to use its further disks; it may keep them.
  void stop_writing(Guest& guest);
  TimePoint last_write(const Guest& guest) const;

  const Clock& clock_;
  std::map<std::string, Guest> running_;
  std::map<std::string, std::set<std::string>> image_disks_;  // by instance
  std::map<std::string, std::string> routes_;
  std::map<std::string, std::string> origins_;  // of volumes and snapshots: the first volume
};

}  // namespace ec2spotter::sim
