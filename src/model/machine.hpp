// What the user owns and wishes: the meaning of a machine file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/resources.hpp"
#include "model/text/requirements.hpp"
#include "model/text/week.hpp"

namespace ec2spotter {

// How a body gets onto the volume. kexec and pivot are the boot program's (docs/designs/boot.md);
// with the other two nothing of ours runs in the guest: with replace, EC2 restarts the running body
// from the volume (docs/designs/replace.md), with swap the body is stopped, and started again with
// the volume as its root (docs/designs/swap.md).
enum class Engine { automatic, kexec, replace, pivot, swap };
std::string_view to_string(Engine engine);
std::optional<Engine> parse_engine(std::string_view text);

// Does the engine need the boot program in the user data?
bool has_boot_program(Engine engine);

// Where a machine should be: on a body, or only on its volume.
enum class Goal { up, paused };
std::string_view to_string(Goal goal);
Goal parse_goal(std::string_view text);  // unknown text means up

// What becomes of our files on the volume at its next boot: they are installed once, or taken away,
// or installed whatever was there; or, with `leave`, taken away as the machine becomes an ordinary
// instance, which is still the same system.
enum class GuestFiles { once, remove, install, leave };
std::string_view to_string(GuestFiles files);
GuestFiles parse_guest_files(std::string_view text);  // unknown text means once

// What a watch does about a machine that is up and not well.
enum class OnUnhealthy {
  report,   // says so
  restart,  // restarts the system on its instance, and says so when that does not help
  replace,  // brings the machine back on another instance
};
std::string_view to_string(OnUnhealthy policy);
std::optional<OnUnhealthy> parse_on_unhealthy(std::string_view text);

// How the user names the root volume: at most one of the two is set. Without a name it is the
// volume that has the machine's tags.
struct VolumeName {
  VolumeId id;
  std::string name_tag;  // the value of the volume's Name tag
  bool operator==(const VolumeName&) const = default;
  bool empty() const { return id.empty() && name_tag.empty(); }
  std::string describe() const;
};
VolumeName parse_volume_name(const std::string& text);  // vol-... is an id

// Which of the open pools is taken.
enum class PoolOrder {
  listed,    // the first of the list; needs types
  price,     // the cheapest now
  capacity,  // the one with the best placement score, the cheaper of equals
};
std::string_view to_string(PoolOrder order);
std::optional<PoolOrder> parse_pool_order(std::string_view text);

// When a body from on-demand may be exchanged for one from Spot.
struct ReturnToSpot {
  enum class When { never, always, windows } when = When::never;
  std::vector<WeekWindow> windows;
  bool operator==(const ReturnToSpot&) const = default;
};

// How long backups are kept: as many as `count`, and no longer than `age`; the newest one always.
struct KeepSnapshots {
  int count = 7;
  std::optional<Duration> age;
  bool operator==(const KeepSnapshots&) const = default;
};

// A disk of the machine beside its root, and the device name under which its instances get it.
struct DataVolume {
  VolumeName volume;
  std::string device;
  bool operator==(const DataVolume&) const = default;
};

// The same once it is known which volume that is.
struct DataPlace {
  VolumeId volume;
  std::string device;
  bool operator==(const DataPlace&) const = default;
};

struct Machine {
  MachineName name;
  OwnerId owner;
  std::string region;  // empty: the AWS configuration decides
  VolumeName volume;
  std::string zone;  // where the volume must be; empty: wherever it is
  // Where the machine may live, kAnyZone for every zone of the region; empty: where its volume is.
  std::vector<std::string> zones;
  // How long the machine waits for capacity in its zone before it moves; nullopt: for ever.
  std::optional<Duration> move_after = std::chrono::minutes(10);
  Duration keep_retired = std::chrono::hours(7 * 24);  // how long a former root is kept
  std::optional<Duration> snapshot_every;  // how often a backup is taken; nullopt: never
  KeepSnapshots keep_snapshots;
  std::vector<DataVolume> data_volumes = {};
  int initialization_rate = 0;     // MiB/s at which EC2 fills a new root; 0: as it is read
  std::string image;               // ami-..., or resolve:ssm:NAME
  std::vector<std::string> types;  // in order of preference
  std::optional<Requirements> requirements;  // instead of types: what EC2's types must have
  PoolOrder pool_order = PoolOrder::listed;
  std::vector<Market> markets = {Market::spot};
  Duration on_demand_after{};  // how long Spot is given before on-demand is taken
  ReturnToSpot return_to_spot;
  std::optional<std::string> max_price;  // US dollars an hour, as written
  std::string key_name;
  std::vector<std::string> security_groups;  // ids, or names
  std::string subnet;
  std::vector<std::string> subnets;  // one for each zone; instead of subnet
  std::string elastic_ip;            // the address, or its eipalloc- id
  // Its instances are launched on one network interface, so that the private address stays.
  bool keeps_private_ip = false;
  std::string instance_name;  // Name tag of the bodies; empty: the machine's name
  Tags tags = {};             // the user's own, put on its instances at their launch
  std::string ssh_user = "root";
  int ssh_port = 22;
  std::string device = "/dev/sdf";
  Engine engine = Engine::automatic;
  bool adopt = true;
  // The volume gets what shuts its system down in order when EC2 takes the body.
  bool guest_helper = true;
  // Network settings of the volume for another MAC address become the body's before it boots.
  bool fix_network = false;
  bool probe = true;  // the SSH port must answer before the machine counts as up
  // How long the root may take to come up on its instance while nothing is heard of it.
  Duration boot_limit = std::chrono::minutes(10);
  OnUnhealthy on_unhealthy = OnUnhealthy::report;
  bool release_on_notice = false;  // end a body under notice as soon as the next one waits
  // Bodies are launched by an EC2 Fleet and attach the root themselves, so that no controller is
  // needed; nullopt: as the root's tag says, else no.
  std::optional<bool> unattended;
  // Of its instances. Empty: none, or, where they are unattended, the one that profile_of() names.
  std::string instance_profile;
  bool capacity_rebalance = false;  // the fleet replaces a body at risk before Spot takes it
  std::string guest_endpoint;  // where unattended bodies ask EC2; empty: the region's public one
  // The KMS key of encrypted disks that are copied into this region; empty: EC2's own key there.
  std::string kms_key = {};
  // It becomes an ordinary instance, whose root disk is the root; no file says so.
  bool ejects = false;
  // It is ended for good: it keeps no network interface, whatever its file says.
  bool ends = false;
  // The same machine as it is in each other region that its file knows; theirs are empty.
  std::vector<Machine> elsewhere = {};
  bool operator==(const Machine&) const = default;
};

// Instead of the names of zones: every zone that the region has for the account.
inline constexpr std::string_view kAnyZone = "any";

// The machine as it is in that region; nullptr: its file does not know the region.
const Machine* machine_in(const Machine& machine, const std::string& region);

// The machine as it is in each region that its file knows, its own first. A watch follows all of
// them: where its root is not, it has nothing to do.
std::vector<Machine> in_all_regions(const Machine& machine);

// May the machine leave its zone by itself?
bool may_move(const Machine& machine);

// Is this among the machine's markets?
bool uses_market(const Machine& machine, Market market);

// The instance profile that unattended bodies get, and the name of the role in it. Supervised ones
// get `instance_profile` alone, as nothing of ours in them makes calls.
std::string profile_of(const Machine& machine);

// "t3.small spot us-east-1a", for people.
std::string describe(const Pool& pool);

}  // namespace ec2spotter
