// Guests that behave: what a machine in an instance would do, in virtual time and without a VM.
#pragma once

#include <map>
#include <string>

#include "base/clock.hpp"
#include "sim/core/body.hpp"

namespace ec2spotter::scenario {

// How the guests of a test boot.
struct GuestHabits {
  Duration to_preboot = std::chrono::seconds(10);  // from power-on to the boot program
  Duration to_root = std::chrono::seconds(25);  // from the volume's attachment to its system's end
  std::string failing_stage;                    // "check": the boot program gives up there
};

class Guests final : public sim::Bodies {
 public:
  Guests(const Clock& clock, sim::PostBodyEvent post) : clock_(clock), post_(std::move(post)) {}

  GuestHabits habits;
  // Does an SSH server answer at this address now?
  bool ssh_answers(const std::string& public_ip) const;

  Result<void> create_volume(const std::string&, int, const std::string&) override { return {}; }
  Result<void> delete_volume(const std::string&) override { return {}; }
  Result<void> grow_volume(const std::string&, int) override { return {}; }
  Result<void> create_snapshot(const std::string&, const std::string&) override { return {}; }
  Result<void> delete_snapshot(const std::string&) override { return {}; }
  Result<void> copy_snapshot(const std::string&, const std::string&) override { return {}; }
  Result<void> import_snapshot(const std::string&, const std::string&) override { return {}; }
  Result<void> start(const sim::BodySpec& spec) override;
  void press_power_button(const std::string& instance_id) override;
  void cut_power(const std::string& instance_id) override { running_.erase(instance_id); }
  void reboot(const std::string&) override {}
  Result<void> plug_disk(const std::string& instance_id, const sim::BodyDisk& disk) override;
  void unplug_disk(const std::string& instance_id, const sim::BodyDisk& disk) override;
  std::string console(const std::string& instance_id) override;
  Result<void> route_address(const std::string& public_ip, const std::string& instance_id) override;

 private:
  struct Guest {
    TimePoint started;
    std::string volume;
    TimePoint plugged;
  };
  bool root_is_up(const Guest& guest) const;

  const Clock& clock_;
  sim::PostBodyEvent post_;
  std::map<std::string, Guest> running_;
  std::map<std::string, std::string> routes_;
};

}  // namespace ec2spotter::scenario
