// Bodies made of QEMU: each instance is a virtual machine, each volume a sparse raw file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/state/body.hpp"

namespace ec2spotter::sim {

// How virtual machines are run here.
struct VmOptions {
  // Holds volumes/, snapshots/ and, while machines run, run/. Created when missing.
  std::filesystem::path state_dir;
  // The command that joins its standard input and output to the metadata service of one instance;
  // the service's port is added as the last word. It does what relay_main does, and is started
  // for each connection.
  std::vector<std::string> relay_command;
  // Where the public addresses listen for SSH; not 22 only where 22 cannot be bound.
  std::uint16_t ssh_port = 22;
  // Upper limits on what an instance type asks for; emulated processors share the host's few.
  int vcpus_max = 2;
  int memory_mib_max = 1024;
  // `probe` tries KVM with a tiny guest once and takes emulation where that does not work.
  enum class Acceleration { probe, kvm, emulation } acceleration = Acceleration::probe;
};

class VmBodies final : public Bodies {
 public:
  // Errc::io where QEMU or grub-fstest is missing or state_dir cannot be used.
  static Result<std::unique_ptr<VmBodies>> create(VmOptions options, PostBodyEvent post,
                                                  LookUpMetadata look_up);
  // Cuts the power of every body.
  ~VmBodies() override;
  VmBodies(const VmBodies&) = delete;
  VmBodies& operator=(const VmBodies&) = delete;

  Result<void> create_volume(const std::string& volume_id, int size_gib,
                             const std::string& snapshot_id) override;
  Result<void> delete_volume(const std::string& volume_id) override;
  Result<void> grow_volume(const std::string& volume_id, int size_gib) override;
  std::optional<long> used_mib(const std::string& volume_id) override;
  Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders) override;
  Result<void> delete_snapshot(const std::string& snapshot_id) override;
  Result<void> copy_snapshot(const std::string& snapshot_id, const std::string& source_id) override;
  Result<void> import_snapshot(const std::string& snapshot_id, const std::string& path) override;

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

 private:
  class Impl;
  explicit VmBodies(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ec2spotter::sim
