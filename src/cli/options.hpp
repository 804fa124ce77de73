// What the command line says, as plain values. Parsing fills these; commands only read them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/loop/drive.hpp"
#include "model/machine.hpp"

namespace ec2spotter::cli {

enum class Output { text, json };

// Flags that every command knows.
struct Common {
  std::string region;          // empty: as the AWS CLI would find it
  std::string profile;         // likewise
  std::string endpoint;        // likewise
  std::string owner;           // empty: the machine file's, else "default"
  std::string machines = ".";  // folder in which NAME.toml and NAME.conf are looked for
  Output output = Output::text;
  bool quiet = false;
};

// How long a command waits for its goal.
struct Waiting {
  bool no_wait = false;  // return when the only thing left is to wait
  Duration timeout = kDriveDeadline;
};

struct Launch {
  std::string file;
  std::string type;                // instance type instead of the file's; empty: the file's
  std::optional<bool> unattended;  // nullopt: as the file says
  Waiting waiting;
};

struct SetupRole {
  std::string file;
  bool remove = false;
  bool dry_run = false;  // only print
};

struct GuestFilesOptions {
  std::string machine;
  std::optional<GuestFiles> chosen;  // nullopt: only show
};

struct Reap {
  bool yes = false;  // else only name them
};

// A command on one machine: a name, or the path of its file.
struct OnMachine {
  std::string machine;
  Waiting waiting;
  std::vector<std::string> arguments;  // of `ssh`: the remote command
};

struct ChangeType {
  std::string machine;
  std::string types;     // separated by commas
  bool later = false;    // the present instance stays as long as it would
  bool dry_run = false;  // only print what would change
  bool yes = false;      // the machine may be away for a restart
  Duration timeout = kDriveDeadline;
};

struct GrowDisk {
  std::string machine;
  int size_gib = 0;
  std::string volume;  // a data volume's id or Name tag; empty: the root
  Duration timeout = kDriveDeadline;
};

struct Terminate {
  std::string machine;
  bool delete_volume = false;  // the root, and all that is on it
  bool yes = false;            // else a terminal is asked before anything is lost
  Duration timeout = kDriveDeadline;
};

struct Import {
  std::string instance;
  std::string name;               // of the machine; empty: the instance's Name tag
  std::string image;              // of the preboot system; empty: chosen for the instance
  bool dry_run = false;           // only print what would be done
  bool terminate_source = false;  // in the end, instead of leaving it stopped
  bool yes = false;               // the instance may be stopped, and ended if so wished
  Waiting waiting;
};

struct WaitOptions {
  std::string machine;
  Goal until = Goal::up;
  Duration timeout = kDriveDeadline;
};

struct Eject {
  std::string machine;
  Market market = Market::on_demand;  // of the instance that is left
  bool yes = false;                   // the machine may be away for a restart
  Waiting waiting;
};

struct Move {
  std::string machine;
  std::string zone;
  std::string region;   // another one than the root's
  bool cancel = false;  // instead of a place
  bool yes = false;     // what belongs to the present place may stay behind
  Waiting waiting;
};

struct Restore {
  std::string machine;
  std::string from;  // a snapshot, a former root, or a time; empty: the last former root
  std::string zone;  // empty: that of the present root, or of the former root
  bool yes = false;  // the private address may change
  Waiting waiting;
};

enum class DrillKind {
  notice,     // EC2 announces that it takes the instance, then does
  rebalance,  // EC2 recommends to leave it, and does not take it
  cut,        // the instance ends without a notice
};

struct Drill {
  std::string machine;
  DrillKind kind = DrillKind::notice;
  bool yes = false;  // else a terminal is asked
  Duration timeout = kDriveDeadline;
  std::string state;  // folder of a watch's journal; empty: the user's state folder
};

struct WatchOptions {
  std::vector<std::string> paths;  // machine files and folders of them; empty: --machines
  std::string state;               // folder of journal and lock; empty: the user's state folder
  std::string events;              // address of the SQS queue with EC2's announcements; empty: none
};

struct Doctor {
  std::string machine;  // empty: the account alone
  std::string state;    // of the watch
};

struct BugReport {
  std::string machine;
  std::string file;   // empty: named after the machine and the time
  std::string state;  // of the watch
};

struct EventsOptions {
  std::string machine;  // empty: all
  std::string state;
};

// The word after which the program is only the relay between a virtual machine and its metadata.
inline constexpr const char* kSimRelay = "sim-relay";

// A control call to a running simulator: a path below /_sim/ and a JSON body; empty body: GET.
struct SimControl {
  std::string path;
  std::string body;
};

}  // namespace ec2spotter::cli
