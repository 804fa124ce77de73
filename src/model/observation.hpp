// What one turn of the controller knows about one machine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/resources.hpp"

namespace ec2spotter {

// What the boot program has said on a body's console.
struct BootReport {
  std::string stage;   // the last stage heard of: identify, find, check, adopt, enter, root
  std::string result;  // start, ok, fail
  std::string reason;  // a word, when it failed
  std::string detail;  // the rest of the line
  bool operator==(const BootReport&) const = default;

  bool failed() const { return result == "fail"; }
  bool root_up() const { return stage == "root" && result == "ok"; }
};

struct Observation {
  std::vector<Volume> volumes;        // every volume that the machine's wish may mean
  std::vector<Instance> bodies;       // ours alone: they carry the owner's and the machine's tag
  std::vector<SpotRequest> requests;  // of those bodies
  bool address_wanted = false;
  std::optional<Address> address;
  std::map<InstanceId, BootReport> boots;
  std::map<InstanceId, bool> reachable;  // does the probe of port 22 find an SSH server
};

// Why a pool is left alone for a while.
struct PoolMark {
  std::string why;  // EC2's code and message
  TimePoint until;
};

// What EC2 cannot tell (yet). Losing it costs time, never safety.
struct Memory {
  std::map<Pool, PoolMark> closed_pools;
  // Bodies just launched: held here until a describe shows them.
  std::map<InstanceId, Instance> launched;
  std::map<InstanceId, TimePoint> attach_sent;
  std::map<InstanceId, TimePoint> terminate_sent;
  int launch_attempt = 0;  // part of the client token, so that a spent token is not used again
};

}  // namespace ec2spotter
