// What one turn of the controller knows about one machine.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/reason.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// What the boot program has said on a body's console.
struct BootReport {
  std::string stage;   // the last stage heard of, as boot/user_data.hpp lists them; or root
  std::string result;  // start, busy, wait, ok, late, fail
  std::string reason;  // a word, when it failed
  std::string detail;  // the rest of the line
  int visit = 0;  // of this instance to its preboot system, from 1; 0: the console does not say
  std::chrono::seconds at_work{
      0};             // with busy, and wait in stage find: for how long, when it said so
  bool mute = false;  // nothing on the volume will say `root ok`: only the probe can show it
  // Which firmware starts the volume's disk by itself: bios, uefi, or none alone. Empty: not known.
  std::vector<std::string> firmware{};
  bool stays = false;  // the boot program has ended and the preboot system is up, reachable by SSH
  bool operator==(const BootReport&) const = default;

  bool failed() const { return result == "fail"; }
  bool root_up() const { return stage == "root" && result == "ok"; }
  // Does the preboot system run, as far as the console shows, and not the machine's own? False
  // while an engine enters, because neither is certain then.
  bool in_preboot() const {
    const bool entering = stage == "enter" && !failed();
    return stays || (!stage.empty() && stage != "root" && !entering);
  }
};

// What is known of a pool's market now.
struct PoolFacts {
  std::optional<double> price;         // US dollars an hour
  std::optional<int> placement_score;  // 1 to 10, EC2's guess whether Spot has room
  bool operator==(const PoolFacts&) const = default;
};

// What a machine has in the region that its root moves to.
struct Abroad {
  std::vector<Volume> volumes;
  std::vector<Snapshot> snapshots;
};

struct Observation {
  // Every volume that carries the machine's tags, and those that its file may mean.
  std::vector<Volume> volumes;
  std::vector<Volume> data_volumes;   // likewise, beside the root
  std::vector<Instance> bodies;       // ours alone: they carry the owner's and the machine's tag
  std::vector<SpotRequest> requests;  // of those bodies
  std::vector<Fleet> fleets;          // ours, and launching
  // Of those bodies that were launched for the engine replace and are not up yet.
  std::vector<RootTask> root_tasks;
  // Of a machine that moves, or has moved and not tidied up yet.
  std::vector<Snapshot> snapshots;
  // The zones that the region has for the account; empty: nobody asked.
  std::vector<std::string> zones;
  // Ours, of a machine that keeps its private address, or has kept it.
  std::vector<NetworkInterface> interfaces;
  bool interfaces_unread = false;  // EC2 has not shown yet which there are
  bool address_wanted = false;
  bool address_unread = false;  // EC2 has not shown yet where it is
  std::optional<Address> address;
  std::map<InstanceId, BootReport> boots;
  std::map<InstanceId, Error> unreadable;     // bodies whose console EC2 does not let us read
  std::map<InstanceId, bool> reachable;       // does the probe of port 22 find an SSH server
  std::map<InstanceId, StatusChecks> checks;  // of the bodies for which one fails
  std::map<Pool, PoolFacts> pools;            // of those that somebody asked about
  std::optional<Error> facts_denied;          // the right that is missing for those
  // Of a machine with requirements, by zone: the names of the types that meet them, the smallest
  // first, or why EC2 did not list them. An absent zone has not been asked about.
  std::map<std::string, Result<std::vector<std::string>>> types;
  // Of a root that moves to another region, or did: what is there, or why EC2 did not show it;
  // nullopt: nobody asked.
  std::optional<Result<Abroad>> abroad = {};
};

// Why a pool is left alone for a while.
struct PoolMark {
  std::string why;  // EC2's code and message
  TimePoint until;
  Errc errc = Errc::no_capacity;
};

struct ConsoleNote {
  BootReport report = {};
  std::string trouble = {};  // in which the kernel gives up a file system; empty: none
  TimePoint read_at = {};
  std::optional<Error> denied = {};            // the right to read it is missing
  std::optional<TimePoint> unread_since = {};  // since when it cannot be read; nullopt: it can
  // Since when it says that; nullopt: it said so at the first reading, and shows no work under way.
  std::optional<TimePoint> changed_at = {};
};

// What the probe has found at a body whose root is up.
struct ProbeNote {
  TimePoint asked_at = {};
  bool answered = false;                       // ever
  std::optional<TimePoint> silent_since = {};  // it answered before
  std::string host_key = {};  // of the SSH server that answered first; empty: not known
  TimePoint key_asked_at = {};
  std::optional<TimePoint> other_key_since = {};  // another server answers
};

// Since when the machine has been where it is.
struct Standing {
  Reason reason = Reason::up;
  TimePoint since;
};

// A snapshot or a volume that was just made: EC2 may show it later.
struct Made {
  std::string id = {};
  TimePoint at = {};
};

// What EC2 cannot tell (yet). Losing it costs time, never safety.
struct Memory {
  std::optional<Standing> standing;
  std::map<Pool, PoolMark> closed_pools;
  // Pools that lately took a body from us: others are taken first until then.
  std::map<Pool, TimePoint> shaky_pools;
  // Since when no Spot pool has been open.
  std::optional<TimePoint> spot_missing_since;
  // Bodies for which EC2 recommended a rebalance.
  std::set<InstanceId> rebalance;
  // What the consoles said when they were last read, and when that was.
  std::map<InstanceId, ConsoleNote> consoles;
  std::map<InstanceId, ProbeNote> probes;
  std::map<InstanceId, TimePoint> restarted;  // bodies whose system was restarted for its health
  // Bodies just launched: held here until a describe shows them.
  std::map<InstanceId, Instance> launched;
  std::map<InstanceId, TimePoint> attach_sent;  // or its root disk replaced, or it started
  std::map<InstanceId, TimePoint> terminate_sent;
  Made made = {};             // by a move, last
  int root_attempt = 0;       // as launch_attempt, of a volume that becomes the root
  Made interface_made = {};   // likewise, of the interface that the machine keeps
  int interface_attempt = 0;  // as launch_attempt
  int launch_attempt = 0;     // part of the client token, so that a spent token is not used again
  // The fleet just created: waited for until a describe shows it.
  FleetId fleet_made;
  TimePoint fleet_made_at;
  int fleet_attempt = 0;  // as launch_attempt
};

}  // namespace ec2spotter
