// The controller's real client and the simulator's real core in one process, on one virtual clock.
// A call can be made the last one of its controller, before or after its effect.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/ec2_client.hpp"
#include "control/loop/drive.hpp"
#include "control/loop/watch_loop.hpp"
#include "guests.hpp"
#include "host_clock.hpp"
#include "sim/core/core.hpp"

namespace ec2spotter::scenario {

// Where a controller dies: at its call number `call` (from 0), with the effect or without.
struct CrashPoint {
  int call = 0;
  enum class Effect { none, done } effect = Effect::none;
};

class LocalEc2 {
 public:
  // A region with one image, the volume "web-root" in us-east-1a, an address and a key pair.
  LocalEc2();
  // A world of its own; `seed` is the document that the simulator's seed file holds.
  LocalEc2(const sim::Json& seed, std::uint64_t random_seed);

  // A controller process: a new client with no memory. It dies at `crash`, if one is given.
  Result<Decision> drive(const Machine& machine, Goal goal = Goal::up,
                         std::optional<CrashPoint> crash = std::nullopt, int generation = 1);
  // A controller that goes on until the machine's root has left its region.
  Result<Decision> drive_away(const Machine& machine, Goal goal, int generation,
                              std::optional<CrashPoint> crash = std::nullopt);
  // A watch over these machines until `enough` says so after a turn; it dies at `crash`, if one is
  // given. False: `max` has passed, or it has died.
  using Enough = std::function<bool(const Watch&)>;
  bool watch(const std::vector<Machine>& machines, const Enough& enough,
             Duration max = std::chrono::hours(1), std::optional<CrashPoint> crash = std::nullopt);
  // Of each call of the last drive or watch, in order: could it change something?
  const std::vector<bool>& calls_of_last_drive() const { return calls_; }

  // A person's own call, in the console; its HTTP status.
  int person(const std::string& action, sim::ParamMap parameters);

  sim::Json control(const std::string& path, const sim::Json& body);
  // How many more bodies a type gives in this zone; -1: any number. `market` empty: on both.
  void set_capacity(const std::string& type, const std::string& market, int available,
                    const std::string& zone = "us-east-1a");
  // The resources of one kind.
  std::vector<sim::Json> resources(const std::string& kind,
                                   const std::string& region = "us-east-1");
  // Instances that are pending, running, stopping or stopped.
  std::vector<sim::Json> living(const std::string& region = "us-east-1");
  // The instance with this id, or null; valid until the world changes.
  const sim::Json* instance(const std::string& id);
  // The volume's holder, or empty. It, instance() and serves() look into all regions.
  std::string holder(const std::string& volume_id);
  // Does an SSH server answer at the public address of the volume's holder?
  bool serves(const std::string& volume_id);
  // The actions that changed something, in order, since the start; failed ones end with '!'.
  std::vector<std::string> changes();

  void pass(Duration time);
  // Sees each call of a controller before it reaches EC2.
  std::function<void(const sim::ParamMap&)> before_call = {};
  // Actions that never answer and have no effect.
  std::set<std::string> hanging;
  // EC2 of these regions never answers.
  std::set<std::string> hanging_regions;
  // Nobody answers before this time: the network is away.
  TimePoint silent_until;
  // What a watch is told at its start.
  std::vector<InstanceId> recommended;
  // True time, which EC2 goes by.
  ManualClock& clock() { return clock_; }
  // What the host of all controllers takes for the time.
  HostClock& host_clock() { return host_clock_; }
  Guests& guests() { return guests_; }
  sim::Core& core() { return core_; }
  // Everything that was ever violated; checked after every call that changes something.
  const std::vector<std::string>& violations() const { return violations_; }
  // What the last controller told the user, for the message of a failed test.
  std::string story() const;
  // Of every call and its reply so far: equal runs give equal numbers.
  std::uint64_t digest() const { return digest_; }

 private:
  friend class Process;
  friend class Transport;
  Result<Decision> run(const Machine& machine, const DriveOptions& options,
                       std::optional<CrashPoint> crash);
  bool hangs(const std::string& body) const;
  // In any region; valid until the world changes. Null: there is none.
  const sim::Json* find(const std::string& kind, const std::string& id);
  // What EC2 answers now in that region.
  sim::ApiReply handle(sim::ParamMap parameters, const std::string& region,
                       std::string_view access_key = "test");
  // The same; while nothing changes, a reading call gets the same answer from memory.
  sim::ApiReply ask(const std::string& body, const std::string& region);
  void catch_up();
  void check_rules();
  void note(std::string_view call, const sim::ApiReply& reply);

  ManualClock clock_;
  HostClock host_clock_{clock_};
  std::vector<sim::BodyEvent> reports_;
  Guests guests_;
  sim::Core core_;
  std::vector<std::string> violations_;
  std::set<std::string> seen_breaches_;
  std::vector<std::string> told_;
  std::vector<bool> calls_;
  std::uint64_t digest_ = 0;
  std::map<std::pair<std::string, std::string>, sim::ApiReply> answers_;  // by region and question
  std::uint64_t answers_revision_ = 0;
};

// One process of a controller: a client with no memory, and its surroundings.
class Process {
 public:
  // `region` empty: us-east-1.
  Process(LocalEc2& ec2, std::optional<CrashPoint> crash, const std::string& region = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Controls controls();
  // Calls so far; those after its death count too.
  const std::vector<bool>& calls() const { return calls_; }
  bool dead() const { return crash_ && std::ssize(calls_) > crash_->call; }
  void die_at(const CrashPoint& crash) { crash_ = crash; }

 private:
  friend class Transport;
  class Surroundings;
  LocalEc2& ec2_;
  std::optional<CrashPoint> crash_;
  std::vector<bool> calls_;
  std::unique_ptr<Surroundings> surroundings_;
};

inline constexpr const char* kVolume = "vol-0aaaaaaaaaaaaaaa1";
inline constexpr const char* kDataVolume = "vol-0aaaaaaaaaaaaaaad";
inline constexpr const char* kAddress = "127.90.0.1";

// A machine on that volume, with two spot pools.
Machine web_machine();
// The same with the engine swap or replace, in one market.
Machine swapping_machine(Market market = Market::spot);
Machine replacing_machine(Market market = Market::spot);

// A machine on that volume that keeps its private address.
Machine keeping_machine();

// Was the machine up in its last turn?
bool is_up(const Watch& watch, const Machine& machine);

// Machines "m0", "m1" ... that differ in name and volume alone, with the same pools and no address.
std::vector<Machine> like_machines(int count);
// The seed of a world with their volumes in it.
sim::Json world_of(const std::vector<Machine>& machines);

// web_machine with a data volume that its file names by id, and one by its Name tag.
Machine data_machine(Engine engine = Engine::automatic);
// Which volume of world_of it is.
VolumeId data_id(const Machine& machine, const VolumeName& named);
// The copy of a volume that moves have made last; itself where there is none.
std::string newest_of(LocalEc2& ec2, const std::string& volume);
// From now on a guest that enters the machine's root without its data volumes is a loss.
void need_data(LocalEc2& ec2, const Machine& machine);

// The machine whose body this instance is, as its tags and its launch index tell.
std::string machine_of(const sim::Json& instance);

}  // namespace ec2spotter::scenario
