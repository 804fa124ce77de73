// The border between the simulator's core, which decides, and what gives an instance a body.
// The core calls Bodies; a Bodies reports what the guest did through BodyEvents. Both run on the
// core's thread: an implementation with threads of its own posts its reports (see post below).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "model/enums.hpp"

namespace ec2spotter::sim {

struct BodyDisk {
  std::string volume_id;  // vol-0123456789abcdef0; the serial is the same without the dash
  std::string device;     // the EC2 device name, for example /dev/sdf
};

// A new snapshot, and the volume that it is of.
struct SnapshotOrder {
  std::string snapshot_id, volume_id;
};

// Everything a body needs to be switched on.
struct BodySpec {
  std::string instance_id;
  std::string instance_type;
  Architecture architecture = Architecture::x86_64;
  int vcpus = 1;
  int memory_mib = 1024;
  std::string private_ip;
  std::string mac;
  BootMode boot_mode = BootMode::unknown;
  std::string root_device;      // device name of the root among `disks`
  std::vector<BodyDisk> disks;  // root included
};

// The guest stopped by itself. A `reboot` of the guest is carried out by the Bodies, not reported.
struct GuestPoweredOff {
  std::string instance_id;
};
// The body could not be switched on, or broke (no kernel on the disk, the emulator died).
struct BodyFailed {
  std::string instance_id;
  std::string why;
};
// A hot-plugged disk has been given back by the guest (or the body has ended).
struct DiskReleased {
  std::string instance_id;
  std::string volume_id;
};
using BodyEvent = std::variant<GuestPoweredOff, BodyFailed, DiskReleased>;

// What the metadata service (IMDS) of an instance answers with; asked for at each request, so that
// a notice is seen at once. Times and documents are rendered by the core.
struct MetadataView {
  bool enabled = true;
  bool tokens_required = true;
  std::string user_data;  // raw; empty: 404
  // Path below /latest/ without a leading slash -> body, for example
  // "meta-data/instance-id", "dynamic/instance-identity/document". Folder listings are derived.
  std::vector<std::pair<std::string, std::string>> entries;
};

class Bodies {
 public:
  virtual ~Bodies() = default;

  // Volumes. `snapshot_id` empty: a blank disk. Copies are complete when the call returns.
  virtual Result<void> create_volume(const std::string& volume_id, int size_gib,
                                     const std::string& snapshot_id) = 0;
  virtual Result<void> delete_volume(const std::string& volume_id) = 0;
  virtual Result<void> grow_volume(const std::string& volume_id, int size_gib) = 0;
  // How much of the volume holds data; nullopt: disks have no bytes here.
  virtual std::optional<long> used_mib(const std::string& volume_id) = 0;
  // All of one moment: nothing is written to any of the volumes between the first copy and the
  // last one. When it fails none is left.
  virtual Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders) = 0;
  virtual Result<void> delete_snapshot(const std::string& snapshot_id) = 0;
  virtual Result<void> copy_snapshot(const std::string& snapshot_id,
                                     const std::string& source_id) = 0;
  // Makes the raw disk image at `path` the content of a new snapshot.
  virtual Result<void> import_snapshot(const std::string& snapshot_id, const std::string& path) = 0;

  // Bodies. `start` returns at once.
  virtual Result<void> start(const BodySpec& spec) = 0;
  // ACPI power button; the guest's end is reported as GuestPoweredOff.
  virtual void press_power_button(const std::string& instance_id) = 0;
  // Power loss, now. When it returns the body is gone and all its disks are free; no event follows.
  virtual void cut_power(const std::string& instance_id) = 0;
  virtual void reboot(const std::string& instance_id) = 0;
  // Power loss, and a start with other disks on the same host: the console goes on.
  virtual Result<void> restart(const BodySpec& spec) = 0;
  // The guest stands still: it answers nothing, writes nothing, and gives no disk back, until
  // reboot or cut_power. Errors: invalid, where that cannot be brought about.
  virtual Result<void> hang(const std::string& instance_id) = 0;
  // The root's file system takes no more writes until reboot; the kernel says so on the console.
  // Errors: as hang.
  virtual Result<void> turn_read_only(const std::string& instance_id) = 0;

  virtual Result<void> plug_disk(const std::string& instance_id, const BodyDisk& disk) = 0;
  // Asks the guest to give the disk back; DiskReleased follows when it has.
  virtual void unplug_disk(const std::string& instance_id, const BodyDisk& disk) = 0;

  // The serial console since the body was switched on; at most the last 64 KiB.
  virtual std::string console(const std::string& instance_id) = 0;

  // Makes `public_ip` reach port 22 of the instance; an empty instance id: nowhere.
  virtual Result<void> route_address(const std::string& public_ip,
                                     const std::string& instance_id) = 0;
};

// Given to a Bodies with threads of its own: runs `report` on the core's thread.
using PostBodyEvent = std::function<void(BodyEvent)>;
// Given to a Bodies that serves IMDS: safe to call from any thread; an unknown id gives
// enabled=false.
using LookUpMetadata = std::function<MetadataView(const std::string& instance_id)>;

// Bodies of records only: everything succeeds at once, disks have no bytes.
class NoBodies : public Bodies {
 public:
  explicit NoBodies(PostBodyEvent post) : post_(std::move(post)) {}
  Result<void> create_volume(const std::string&, int, const std::string&) override { return {}; }
  Result<void> delete_volume(const std::string&) override { return {}; }
  Result<void> grow_volume(const std::string&, int) override { return {}; }
  std::optional<long> used_mib(const std::string&) override { return std::nullopt; }
  Result<void> create_snapshots(const std::vector<SnapshotOrder>&) override { return {}; }
  Result<void> delete_snapshot(const std::string&) override { return {}; }
  Result<void> copy_snapshot(const std::string&, const std::string&) override { return {}; }
  Result<void> import_snapshot(const std::string&, const std::string&) override { return {}; }
  Result<void> start(const BodySpec&) override { return {}; }
  void press_power_button(const std::string& instance_id) override {
    report(GuestPoweredOff{instance_id});
  }
  void cut_power(const std::string&) override {}
  void reboot(const std::string&) override {}
  Result<void> restart(const BodySpec&) override { return {}; }
  Result<void> hang(const std::string&) override { return {}; }
  Result<void> turn_read_only(const std::string&) override { return {}; }
  Result<void> plug_disk(const std::string&, const BodyDisk&) override { return {}; }
  void unplug_disk(const std::string& instance_id, const BodyDisk& disk) override {
    report(DiskReleased{instance_id, disk.volume_id});
  }
  std::string console(const std::string&) override { return {}; }
  Result<void> route_address(const std::string&, const std::string&) override { return {}; }

 protected:
  void report(BodyEvent event) const { post_(std::move(event)); }

 private:
  PostBodyEvent post_;
};

}  // namespace ec2spotter::sim
