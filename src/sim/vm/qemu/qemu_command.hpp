// The command line of one virtual machine.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/core/state/body.hpp"
#include "sim/vm/qemu/firmware.hpp"

namespace ec2spotter::sim {

struct QemuDisk {
  std::string name;  // of QEMU's block node and device; unique in this process
  std::string volume_id;
  std::filesystem::path file;
  int port = 0;  // of the root ports, which count from 1; 0: on the root bus
};

struct QemuOptions {
  BodySpec spec;
  bool kvm = false;
  BootFiles boot;
  std::vector<QemuDisk> disks;
  std::filesystem::path console;
  int qmp_fd = 3;                          // a connected socket, as the child sees it
  std::vector<std::string> relay_command;  // the whole of it, port included
};

// Errors: invalid when the specification has an invalid address.
Result<std::vector<std::string>> qemu_command(const QemuOptions& options);

// The arguments of blockdev-add and device_add that plug a disk in.
nlohmann::json blockdev_of(const QemuDisk& disk);
nlohmann::json device_of(const QemuDisk& disk);

// The UUID that EC2 shows in SMBIOS: begins with "ec2", the same for an instance at every start.
std::string smbios_uuid(const std::string& instance_id);

}  // namespace ec2spotter::sim
