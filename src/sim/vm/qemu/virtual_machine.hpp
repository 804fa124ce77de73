// One virtual machine from power-on to power-off: a thread of its own that reads the firmware, runs
// QEMU, and starts it afresh whenever the guest resets.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/core/state/body.hpp"
#include "sim/net/deadline.hpp"
#include "sim/net/sockets.hpp"
#include "sim/vm/qemu/qemu_command.hpp"

namespace ec2spotter::sim {

struct VirtualMachineOptions {
  BodySpec spec;
  std::vector<QemuDisk> disks;  // those of the spec, in its order
  bool kvm = false;
  std::filesystem::path folder;  // for the machine alone; made and removed by it
  std::filesystem::path console;
  std::vector<std::string> relay_command;
  // Both are called on the machine's thread; the port is 0 whenever there is no guest.
  PostBodyEvent post;
  std::function<void(std::uint16_t ssh_port)> on_ssh_port;
};

// The methods may be called from any one thread and return without waiting for the guest.
class VirtualMachine {
 public:
  explicit VirtualMachine(VirtualMachineOptions options);
  // Power loss: QEMU is gone and its disks are free when this returns; no event follows.
  ~VirtualMachine();
  VirtualMachine(const VirtualMachine&) = delete;
  VirtualMachine& operator=(const VirtualMachine&) = delete;

  void press_power_button();
  // Asks the guest to shut down and starts it again; after kRebootWithin without asking.
  void reboot();
  // The guest stands still until reboot.
  void hang();
  // Errors: quota when no slot is left, already_done for a disk that is here.
  Result<void> plug(QemuDisk disk);
  void unplug(const std::string& volume_id);
  // Runs `work` while the guest stands still and all that it wrote is in its disks' files.
  Result<void> while_frozen(const std::function<Result<void>()>& work);

 private:
  enum class Ending { cut, powered_off, reset };
  enum class DiskState { wanted, plugged, leaving, gone };
  struct Slot {
    QemuDisk disk;
    DiskState state = DiskState::wanted;
    bool in_guest = false;  // QEMU has it
    std::optional<Deadline> ask_again{};
  };
  struct Freeze {
    const std::function<Result<void>()>* work;
    std::promise<Result<void>> done;
  };
  struct Run;  // one QEMU

  void live();
  void finish();
  Result<Ending> run_once();
  Result<std::vector<std::string>> command_for(const BootFiles& boot);
  Result<void> greet(Run& run);
  Result<Ending> drive(Run& run);
  Result<void> obey(Run& run);
  Result<void> push_button(Run& run);
  Result<void> settle_disks(Run& run);
  Result<void> settle(Run& run, Slot& slot);
  Result<void> freeze_for_all(Run& run);
  void take_events(Run& run);
  void disk_left(Run& run, const std::string& device);
  std::vector<Slot*> slots();
  int wait_ms(const Run& run);
  void drop_gone();
  QemuDisk in_free_port(QemuDisk disk) const;
  void release_leaving();
  std::string last_words() const;

  const VirtualMachineOptions options_;
  Wakeup cut_;     // readable: the power is cut
  Wakeup wakeup_;  // readable: look at the orders
  std::atomic<bool> button_ = false;
  std::atomic<bool> reboot_ = false;
  std::atomic<bool> hang_ = false;
  std::mutex mutex_;  // of what follows
  std::list<Slot> slots_;
  std::vector<Freeze> freezes_;
  bool finished_ = false;
  std::jthread thread_;
};

}  // namespace ec2spotter::sim
