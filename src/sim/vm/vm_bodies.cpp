#include "sim/vm/vm_bodies.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include "sim/vm/disks.hpp"
#include "sim/vm/metadata/metadata_service.hpp"
#include "sim/vm/network/forwarder.hpp"
#include "sim/vm/qemu/acceleration.hpp"
#include "sim/vm/qemu/platform.hpp"
#include "sim/vm/qemu/process.hpp"
#include "sim/vm/qemu/virtual_machine.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kConsoleMost = 64UL * 1024;
constexpr Duration kToolTimeout = 20s;

Result<void> require_tool(const char* program, const char* package) {
  if (run_tool({program, "--version"}, kToolTimeout, -1)) return {};
  return fail(Errc::io, std::string(program) + " is missing; install the package " + package);
}

Result<void> require_platform(const Platform& platform) {
  TRY_VOID(require_tool(platform.qemu, platform.package));
  std::error_code ignored;
  if (platform.firmware == nullptr || fs::exists(platform.firmware, ignored)) return {};
  return fail(Errc::io, std::string(platform.firmware) + " is missing; install the package " +
                            platform.firmware_package);
}

Result<bool> use_kvm(VmOptions::Acceleration wanted, const fs::path& scratch) {
  if (wanted != VmOptions::Acceleration::probe) return wanted == VmOptions::Acceleration::kvm;
  std::error_code ignored;
  if (!fs::exists("/dev/kvm", ignored)) return false;
  return accelerator_works(kKvm, scratch);
}

}  // namespace

class VmBodies::Impl {
 public:
  Impl(VmOptions options, Disks disks, bool kvm, PostBodyEvent post, LookUpMetadata look_up)
      : options_(std::move(options)),
        disks_(std::move(disks)),
        kvm_(kvm),
        post_(std::move(post)),
        imds_(std::move(look_up)),
        forwarder_(options_.ssh_port) {}

  Disks& disks() { return disks_; }
  Forwarder& forwarder() { return forwarder_; }

  VirtualMachine* machine(const std::string& instance_id) {
    const auto found = machines_.find(instance_id);
    return found == machines_.end() ? nullptr : found->second.get();
  }

  Result<void> start(const BodySpec& spec) {
    cut_power(spec.instance_id);
    const fs::path console = console_file(spec.instance_id);
    if (!std::ofstream(console, std::ios::trunc)) {
      return fail(Errc::io, console.string() + " cannot be written");
    }
    return restart(spec);
  }

  Result<void> restart(const BodySpec& wanted) {
    BodySpec spec = wanted;
    spec.vcpus = std::clamp(spec.vcpus, 1, options_.vcpus_max);
    spec.memory_mib = std::min(spec.memory_mib, options_.memory_mib_max);
    const std::string& id = spec.instance_id;
    cut_power(id);
    const Platform& platform = platform_of(spec.architecture);
    if (&platform != &kPc) TRY_VOID(require_platform(platform));
    std::vector<QemuDisk> disks;
    for (const BodyDisk& disk : spec.disks) {
      TRY(QemuDisk one, qemu_disk(disk));
      disks.push_back(std::move(one));
    }
    TRY(const std::uint16_t port, imds_.add(id));
    std::vector<std::string> relay = options_.relay_command;
    relay.push_back(std::to_string(port));
    for (const BodyDisk& disk : spec.disks) holders_[disk.volume_id] = id;
    machines_[id] = std::make_unique<VirtualMachine>(VirtualMachineOptions{
        .spec = spec,
        .disks = std::move(disks),
        .kvm = kvm_ && &platform == &kPc,
        .folder = fs::absolute(options_.state_dir / "run" / id),
        .console = console_file(id),
        .relay_command = std::move(relay),
        .post = post_,
        .on_ssh_port = [this, id](std::uint16_t at) { forwarder_.set_backend(id, at); }});
    return {};
  }

  void cut_power(const std::string& instance_id) {
    machines_.erase(instance_id);
    forwarder_.set_backend(instance_id, 0);
    imds_.remove(instance_id);
    std::erase_if(holders_, [&](const auto& entry) { return entry.second == instance_id; });
  }

  Result<void> plug(const std::string& instance_id, const BodyDisk& disk) {
    VirtualMachine* machine = this->machine(instance_id);
    if (machine == nullptr) return fail(Errc::wrong_state, instance_id + " is off");
    TRY(QemuDisk plugged, qemu_disk(disk));
    TRY_VOID(machine->plug(std::move(plugged)));
    holders_[disk.volume_id] = instance_id;
    return {};
  }

  void unplug(const std::string& instance_id, const BodyDisk& disk) {
    VirtualMachine* machine = this->machine(instance_id);
    if (machine == nullptr) {
      post_(DiskReleased{instance_id, disk.volume_id});
    } else {
      machine->unplug(disk.volume_id);
    }
  }

  // Of one moment, also where disks are being written: those of an order belong to one instance.
  Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders) {
    const auto copy = [&] { return disks_.create_snapshots(orders); };
    VirtualMachine* machine = nullptr;
    for (const SnapshotOrder& order : orders) {
      const auto holder = holders_.find(order.volume_id);
      if (holder != holders_.end()) machine = this->machine(holder->second);
    }
    return machine == nullptr ? copy() : machine->while_frozen(copy);
  }

  std::string console(const std::string& instance_id) {
    std::ifstream file(console_file(instance_id), std::ios::binary | std::ios::ate);
    if (!file) return {};
    const auto size = static_cast<std::size_t>(file.tellg());
    std::string text(std::min(size, kConsoleMost), '\0');
    file.seekg(static_cast<std::streamoff>(size - text.size()));
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
  }

 private:
  fs::path console_file(const std::string& instance_id) const {
    return fs::absolute(options_.state_dir / "consoles" / (instance_id + ".log"));
  }

  Result<QemuDisk> qemu_disk(const BodyDisk& disk) {
    TRY(const fs::path file, disks_.volume(disk.volume_id));
    // A name is never used twice: a device that is on its way out may still hold the last one.
    return QemuDisk{.name = "disk" + std::to_string(++disks_named_),
                    .volume_id = disk.volume_id,
                    .file = fs::absolute(file)};
  }

  VmOptions options_;
  Disks disks_;
  bool kvm_;
  PostBodyEvent post_;
  MetadataServer imds_;
  Forwarder forwarder_;
  std::uint64_t disks_named_ = 0;
  std::map<std::string, std::string> holders_;  // volume -> the instance that last got it
  std::map<std::string, std::unique_ptr<VirtualMachine>> machines_;
};

Result<std::unique_ptr<VmBodies>> VmBodies::create(VmOptions options, PostBodyEvent post,
                                                   LookUpMetadata look_up) {
  TRY_VOID(require_platform(kPc));
  TRY_VOID(require_tool("grub-fstest", "grub-common"));
  TRY(Disks disks, Disks::open(options.state_dir));
  // What is left in run/ belonged to machines that ended with an earlier simulator.
  std::error_code error;
  fs::remove_all(options.state_dir / "run", error);
  for (const char* folder : {"run", "consoles"}) {
    fs::create_directories(options.state_dir / folder, error);
    if (error) return fail(Errc::io, options.state_dir.string() + ": " + error.message());
  }
  TRY(const bool kvm, use_kvm(options.acceleration, options.state_dir / "run"));
  return std::unique_ptr<VmBodies>(new VmBodies(std::make_unique<Impl>(
      std::move(options), std::move(disks), kvm, std::move(post), std::move(look_up))));
}

VmBodies::VmBodies(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VmBodies::~VmBodies() = default;

Result<void> VmBodies::create_volume(const std::string& volume_id, int size_gib,
                                     const std::string& snapshot_id) {
  return impl_->disks().create_volume(volume_id, size_gib, snapshot_id);
}
Result<void> VmBodies::delete_volume(const std::string& volume_id) {
  return impl_->disks().delete_volume(volume_id);
}
Result<void> VmBodies::grow_volume(const std::string& volume_id, int size_gib) {
  return impl_->disks().grow_volume(volume_id, size_gib);
}
std::optional<long> VmBodies::used_mib(const std::string& volume_id) {
  const auto used = impl_->disks().used_mib(volume_id);
  return used ? std::optional(*used) : std::nullopt;
}
Result<void> VmBodies::create_snapshots(const std::vector<SnapshotOrder>& orders) {
  return impl_->create_snapshots(orders);
}
Result<void> VmBodies::delete_snapshot(const std::string& snapshot_id) {
  return impl_->disks().delete_snapshot(snapshot_id);
}
Result<void> VmBodies::copy_snapshot(const std::string& snapshot_id, const std::string& source_id) {
  return impl_->disks().copy_snapshot(snapshot_id, source_id);
}
Result<void> VmBodies::import_snapshot(const std::string& snapshot_id, const std::string& path) {
  return impl_->disks().import_snapshot(snapshot_id, path);
}
Result<void> VmBodies::start(const BodySpec& spec) { return impl_->start(spec); }
void VmBodies::press_power_button(const std::string& instance_id) {
  if (VirtualMachine* machine = impl_->machine(instance_id)) machine->press_power_button();
}
Result<void> VmBodies::restart(const BodySpec& spec) { return impl_->restart(spec); }
void VmBodies::cut_power(const std::string& instance_id) { impl_->cut_power(instance_id); }
void VmBodies::reboot(const std::string& instance_id) {
  if (VirtualMachine* machine = impl_->machine(instance_id)) machine->reboot();
}
Result<void> VmBodies::hang(const std::string& instance_id) {
  if (VirtualMachine* machine = impl_->machine(instance_id)) machine->hang();
  return {};
}
Result<void> VmBodies::turn_read_only(const std::string&) {
  return fail(
      Errc::invalid,
      "read_only works with --guests only; remount the root in the virtual machine instead");
}
Result<void> VmBodies::plug_disk(const std::string& instance_id, const BodyDisk& disk) {
  return impl_->plug(instance_id, disk);
}
void VmBodies::unplug_disk(const std::string& instance_id, const BodyDisk& disk) {
  impl_->unplug(instance_id, disk);
}
std::string VmBodies::console(const std::string& instance_id) {
  return impl_->console(instance_id);
}
Result<void> VmBodies::route_address(const std::string& public_ip, const std::string& instance_id) {
  return impl_->forwarder().route(public_ip, instance_id);
}

}  // namespace ec2spotter::sim
