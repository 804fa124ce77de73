#include "sim/vm/qemu/virtual_machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "sim/vm/qemu/platform.hpp"
#include "sim/vm/qemu/process.hpp"
#include "sim/vm/qemu/qmp.hpp"

namespace ec2spotter::sim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Duration kRebootWithin = 120s;
constexpr Duration kExitWithin = 30s;
// QEMU takes a second request to give a disk back only after five seconds. It is needed when the
// first one met a guest that did not listen yet.
constexpr Duration kAskAgainAfter = 6s;

}  // namespace

struct VirtualMachine::Run {
  Child child;
  Qmp qmp;
  std::string shutdown_reason = {};  // of QEMU's SHUTDOWN event
  std::optional<Deadline> reboot_by = {};
  bool hangs = false;
};

VirtualMachine::VirtualMachine(VirtualMachineOptions options) : options_(std::move(options)) {
  for (const QemuDisk& disk : options_.disks) slots_.push_back({.disk = in_free_port(disk)});
  thread_ = std::jthread([this] { live(); });
}

VirtualMachine::~VirtualMachine() { cut_.ring(); }

void VirtualMachine::press_power_button() {
  reboot_ = false;
  button_ = true;
  wakeup_.ring();
  // After a failure there is no guest to answer, so its end need not be waited for.
  const std::lock_guard lock(mutex_);
  if (finished_) options_.post(GuestPoweredOff{options_.spec.instance_id});
}

void VirtualMachine::reboot() {
  reboot_ = true;
  wakeup_.ring();
}

void VirtualMachine::hang() {
  hang_ = true;
  wakeup_.ring();
}

Result<void> VirtualMachine::plug(QemuDisk disk) {
  const std::lock_guard lock(mutex_);
  const auto same = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.disk.volume_id == disk.volume_id && slot.state != DiskState::gone;
  });
  if (same != slots_.end()) return fail(Errc::already_done, disk.volume_id + " is attached");
  if (std::ssize(slots_) >= platform_of(options_.spec.architecture).disks_most) {
    return fail(Errc::quota, "no slot is left for another disk");
  }
  slots_.push_back({.disk = in_free_port(std::move(disk))});
  wakeup_.ring();
  return {};
}

// A port is free again once its disk's slot has gone.
QemuDisk VirtualMachine::in_free_port(QemuDisk disk) const {
  if (!platform_of(options_.spec.architecture).ports) return disk;
  const auto is_taken = [&](int port) {
    return std::any_of(slots_.begin(), slots_.end(),
                       [&](const Slot& slot) { return slot.disk.port == port; });
  };
  for (disk.port = 1; is_taken(disk.port);) ++disk.port;
  return disk;
}

void VirtualMachine::unplug(const std::string& volume_id) {
  bool without_guest = false;
  {
    const std::lock_guard lock(mutex_);
    for (Slot& slot : slots_) {
      if (slot.disk.volume_id == volume_id && slot.state != DiskState::gone) {
        slot.state = DiskState::leaving;
      }
    }
    without_guest = finished_;
  }
  if (without_guest) release_leaving();
  wakeup_.ring();
}

Result<void> VirtualMachine::while_frozen(const std::function<Result<void>()>& work) {
  std::future<Result<void>> done;
  {
    const std::lock_guard lock(mutex_);
    if (!finished_) {
      freezes_.push_back({.work = &work, .done = {}});
      done = freezes_.back().done.get_future();
    }
  }
  if (!done.valid()) return work();
  wakeup_.ring();
  return done.get();
}

void VirtualMachine::live() {
  std::error_code ignored;
  fs::create_directories(options_.folder, ignored);
  Result<Ending> ending = Ending::reset;
  while (ending && *ending == Ending::reset) {
    ending = run_once();
    options_.on_ssh_port(0);
  }
  fs::remove_all(options_.folder, ignored);
  finish();
  if (!ending && ending.error().code != Errc::interrupted) {
    options_.post(BodyFailed{options_.spec.instance_id, ending.error().describe()});
  } else if (ending && *ending == Ending::powered_off) {
    options_.post(GuestPoweredOff{options_.spec.instance_id});
  }
}

// No guest follows any more: those who wait for one are served, disks on their way out are out.
void VirtualMachine::finish() {
  std::vector<Freeze> freezes;
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    freezes.swap(freezes_);
  }
  for (Freeze& freeze : freezes) freeze.done.set_value((*freeze.work)());
  pollfd cut{cut_.fd(), POLLIN, 0};
  if (::poll(&cut, 1, 0) == 0) release_leaving();
}

void VirtualMachine::release_leaving() {
  std::vector<std::string> released;
  {
    const std::lock_guard lock(mutex_);
    for (Slot& slot : slots_) {
      if (slot.state != DiskState::leaving) continue;
      slot.state = DiskState::gone;
      released.push_back(slot.disk.volume_id);
    }
    slots_.remove_if([](const Slot& slot) { return slot.state == DiskState::gone; });
  }
  for (const std::string& volume_id : released) {
    options_.post(DiskReleased{options_.spec.instance_id, volume_id});
  }
}

Result<std::vector<std::string>> VirtualMachine::command_for(const BootFiles& boot) {
  release_leaving();
  QemuOptions qemu{.spec = options_.spec,
                   .kvm = options_.kvm,
                   .boot = boot,
                   .disks = {},
                   .console = options_.console,
                   .qmp_fd = 3,
                   .relay_command = options_.relay_command};
  const std::lock_guard lock(mutex_);
  for (Slot& slot : slots_) {
    slot.state = DiskState::plugged;
    slot.in_guest = true;
    qemu.disks.push_back(slot.disk);
  }
  return qemu_command(qemu);
}

// One power-on: from reading the root disk to the end of QEMU.
Result<VirtualMachine::Ending> VirtualMachine::run_once() {
  fs::path root;
  for (std::size_t i = 0; i < options_.disks.size(); ++i) {
    if (options_.spec.disks[i].device == options_.spec.root_device) root = options_.disks[i].file;
  }
  if (root.empty()) return fail(Errc::invalid, "the instance has no root disk");
  auto boot = read_boot_files(root, options_.folder, cut_.fd());
  if (!boot) return fail(with_context(std::move(boot).error(), "reading the root disk"));
  // The button was pressed while there was no guest to hear it.
  if (button_.exchange(false)) return Ending::powered_off;
  TRY(const std::vector<std::string> command, command_for(*boot));
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(Errc::io, "socketpair failed");
  }
  Fd ours(ends[0]);
  Fd theirs(ends[1]);
  const Fd log(::open((options_.folder / "qemu.log").c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  TRY(Child child, Child::spawn({.command = command,
                                 .output = log.get(),
                                 .errors = log.get(),
                                 .inherited = theirs.get()}));
  theirs.close();
  Run run{.child = std::move(child), .qmp = Qmp(std::move(ours), cut_.fd())};
  return drive(run);
}

// The port on which QEMU forwards to the guest's port 22, out of the monitor's table:
// "TCP[HOST_FORWARD]  12  127.0.0.1 40123  172.31.0.10  22 ...".
Result<void> VirtualMachine::greet(Run& run) {
  TRY_VOID(run.qmp.negotiate());
  TRY(const Qmp::Json table,
      run.qmp.call("human-monitor-command", {{"command-line", "info usernet"}}));
  std::istringstream lines(table.is_string() ? table.get<std::string>() : "");
  for (std::string line; std::getline(lines, line);) {
    if (line.find("HOST_FORWARD") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string kind, descriptor, address;
    int port = 0;
    fields >> kind >> descriptor >> address >> port;
    if (port <= 0 || port > 65535) continue;
    options_.on_ssh_port(static_cast<std::uint16_t>(port));
    return {};
  }
  return fail(Errc::malformed_reply, "QEMU shows no forwarded port");
}

Result<VirtualMachine::Ending> VirtualMachine::drive(Run& run) {
  Result<void> going = greet(run);
  while (going) {
    wakeup_.clear();
    going = obey(run);
    if (!going) break;
    std::array<pollfd, 3> polled{pollfd{run.qmp.fd(), POLLIN, 0}, pollfd{wakeup_.fd(), POLLIN, 0},
                                 pollfd{cut_.fd(), POLLIN, 0}};
    if (::poll(polled.data(), polled.size(), wait_ms(run)) < 0 && errno != EINTR) break;
    if (polled[2].revents != 0) return Ending::cut;
    if (polled[0].revents != 0) going = run.qmp.read_available();
    take_events(run);
    if (run.reboot_by && run.reboot_by->passed()) return Ending::reset;
  }
  take_events(run);
  if (!going && going.error().code == Errc::interrupted) return Ending::cut;
  const auto code = run.child.wait(Deadline(kExitWithin), cut_.fd());
  if (run.shutdown_reason == "guest-reset") return Ending::reset;
  if (run.shutdown_reason == "guest-shutdown") {
    return run.reboot_by ? Ending::reset : Ending::powered_off;
  }
  pollfd cut{cut_.fd(), POLLIN, 0};
  if (::poll(&cut, 1, 0) != 0) return Ending::cut;
  return fail(Errc::io, fmt::format("QEMU broke: {}; exit code {}; {}",
                                    going ? "poll failed" : going.error().message,
                                    code.value_or(-1), last_words()));
}

// Carries out what has been asked for since the last time.
Result<void> VirtualMachine::obey(Run& run) {
  TRY_VOID(push_button(run));
  TRY_VOID(settle_disks(run));
  return freeze_for_all(run);
}

Result<void> VirtualMachine::push_button(Run& run) {
  const bool off = button_.exchange(false);
  const bool again = reboot_.exchange(false);
  if (off) run.reboot_by.reset();
  if (again && !run.reboot_by) run.reboot_by.emplace(run.hangs ? Duration{} : kRebootWithin);
  if (hang_.exchange(false)) {
    TRY_VOID(run.qmp.call("stop"));
    run.hangs = true;
  }
  if (off || again) TRY_VOID(run.qmp.call("system_powerdown"));
  return {};
}

std::vector<VirtualMachine::Slot*> VirtualMachine::slots() {
  const std::lock_guard lock(mutex_);
  std::vector<Slot*> all;
  for (Slot& slot : slots_) all.push_back(&slot);
  return all;
}

// Only this thread removes slots, so that pointers to them stay good without the lock.
Result<void> VirtualMachine::settle_disks(Run& run) {
  for (Slot* slot : slots()) TRY_VOID(settle(run, *slot));
  drop_gone();
  return {};
}

Result<void> VirtualMachine::settle(Run& run, Slot& slot) {
  DiskState state{};
  {
    const std::lock_guard lock(mutex_);
    state = slot.state;
  }
  if (state == DiskState::wanted) {
    auto added = run.qmp.call("blockdev-add", blockdev_of(slot.disk));
    if (added) added = run.qmp.call("device_add", device_of(slot.disk));
    const std::lock_guard lock(mutex_);
    if (!added && added.error().code != Errc::internal) return fail(added.error());
    if (!added) {
      fmt::print(stderr, "sim: {}: {} cannot be plugged in: {}\n", options_.spec.instance_id,
                 slot.disk.volume_id, added.error().message);
      slot.state = DiskState::leaving;
    } else {
      slot.in_guest = true;
      if (slot.state == DiskState::wanted) slot.state = DiskState::plugged;
    }
    state = slot.state;
  }
  if (state != DiskState::leaving) return {};
  if (!slot.in_guest) {
    disk_left(run, slot.disk.name);
  } else if (!slot.ask_again || slot.ask_again->passed()) {
    const auto asked = run.qmp.call("device_del", {{"id", slot.disk.name}});
    if (!asked && asked.error().code != Errc::internal) return fail(asked.error());
    slot.ask_again.emplace(kAskAgainAfter);
  }
  return {};
}

void VirtualMachine::drop_gone() {
  const std::lock_guard lock(mutex_);
  slots_.remove_if([](const Slot& slot) { return slot.state == DiskState::gone; });
}

// The guest has let go of a device, or never had it.
void VirtualMachine::disk_left(Run& run, const std::string& device) {
  for (Slot* slot : slots()) {
    if (slot->disk.name != device) continue;
    const auto freed = run.qmp.call("blockdev-del", {{"node-name", device}});
    static_cast<void>(freed);  // fails only where blockdev-add had failed
    {
      const std::lock_guard lock(mutex_);
      if (slot->state == DiskState::gone) continue;
      slot->state = DiskState::gone;
    }
    options_.post(DiskReleased{options_.spec.instance_id, slot->disk.volume_id});
  }
}

Result<void> VirtualMachine::freeze_for_all(Run& run) {
  std::vector<Freeze> freezes;
  {
    const std::lock_guard lock(mutex_);
    freezes.swap(freezes_);
  }
  if (freezes.empty()) return {};
  const auto stopped = run.qmp.call("stop");
  for (Freeze& freeze : freezes) {
    freeze.done.set_value(stopped ? (*freeze.work)() : fail(stopped.error()));
  }
  TRY_VOID(stopped);
  if (!run.hangs) TRY_VOID(run.qmp.call("cont"));
  return {};
}

void VirtualMachine::take_events(Run& run) {
  while (const auto event = run.qmp.next_event()) {
    const std::string name = event->value("event", "");
    const Qmp::Json data = event->value("data", Qmp::Json::object());
    if (name == "SHUTDOWN") run.shutdown_reason = data.value("reason", "");
    // Sent for every device of a machine that ends, too; the block node then is gone with it.
    if (name == "DEVICE_DELETED" && data.contains("device")) disk_left(run, data["device"]);
  }
  drop_gone();
}

int VirtualMachine::wait_ms(const Run& run) {
  int wait = run.reboot_by ? run.reboot_by->left_ms() : -1;
  const std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.state != DiskState::leaving || !slot.ask_again) continue;
    const int left = slot.ask_again->left_ms();
    wait = wait < 0 ? left : std::min(wait, left);
  }
  return wait;
}

std::string VirtualMachine::last_words() const {
  std::ifstream log(options_.folder / "qemu.log");
  std::string last;
  for (std::string line; std::getline(log, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace ec2spotter::sim
