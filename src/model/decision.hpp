// What the planner answers: steps, one reason, and when to look again.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/machine.hpp"
#include "model/move.hpp"
#include "model/reason.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

enum class RootMark {
  up,      // it has been seen up
  silent,  // it was given up: it never said anything
};
std::string_view to_string(RootMark mark);

namespace step {

struct AdoptVolume {
  VolumeId volume;
  Goal goal = Goal::up;     // recorded on the volume, so that every controller knows it
  bool unattended = false;  // likewise
  bool operator==(const AdoptVolume&) const = default;
};
struct LaunchBody {
  Pool pool;
  VolumeId volume;
  Engine engine = Engine::automatic;
  int attempt = 1;  // counts the bodies in a row that never came up, this one included
  GuestFiles guest_files = GuestFiles::once;
  // The root will be another volume, made later: the instance reads its id from its own tag.
  bool root_to_come = false;
  InstanceId takes_over{};   // the working body that it replaces; empty: there is none
  InterfaceId interface {};  // that it is launched on; empty: EC2 makes one for it
  std::string client_token;
  bool operator==(const LaunchBody&) const = default;
};
struct AttachRoot {
  VolumeId volume;
  InstanceId instance;
  std::string device;
  bool operator==(const AttachRoot&) const = default;
};
// Tags a volume of the file's data_volumes as the machine's.
struct AdoptData {
  VolumeId volume;
  bool operator==(const AdoptData&) const = default;
};
struct AttachData {
  VolumeId volume;
  InstanceId instance;
  std::string device;
  bool operator==(const AttachData&) const = default;
};
struct ProtectRoot {
  VolumeId volume;
  InstanceId instance;
  std::string device;
  bool operator==(const ProtectRoot&) const = default;
};
struct DetachRoot {
  VolumeId volume;
  InstanceId instance;
  bool operator==(const DetachRoot&) const = default;
};
// Records on the body whether its root came up.
struct MarkRoot {
  InstanceId instance;
  RootMark mark = RootMark::up;
  bool lacks_loader = false;  // its firmware finds none on the root's disk; recorded as well
  bool operator==(const MarkRoot&) const = default;
};
struct MoveAddress {
  AllocationId address;
  InstanceId instance;
  InterfaceId interface {};  // the kept one that the body is on: the address stays there
  bool operator==(const MoveAddress&) const = default;
};
struct TerminateBody {
  InstanceId instance;
  VolumeId lacks{};  // the root that the body must not have at that moment; empty: it may have it
  bool operator==(const TerminateBody&) const = default;
};

// Restarts the system of a body that is not well: same host, same disks, same address.
struct RebootBody {
  InstanceId instance;
  bool operator==(const RebootBody&) const = default;
};

// Records on the volume which engine `auto` uses for it.
struct ChooseEngine {
  VolumeId volume;
  Engine engine = Engine::replace;
  std::string because;   // the word of the boot program, or tag::kSilent
  InstanceId seen_at{};  // the body that showed it; empty: no body of this image is at hand
  bool operator==(const ChooseEngine&) const = default;
};
// EC2 restarts the running body from the volume.
struct ReplaceRoot {
  VolumeId volume;
  InstanceId instance;
  int attempt = 1;  // counts the tasks of this body
  bool operator==(const ReplaceRoot&) const = default;
};
// For a body that will boot from the volume: the steps, in this order.
struct StopBody {
  InstanceId instance;
  bool operator==(const StopBody&) const = default;
};
struct DetachImageDisk {
  VolumeId disk;  // the root that its image gave it
  InstanceId instance;
  bool operator==(const DetachImageDisk&) const = default;
};
struct DeleteImageDisk {
  VolumeId disk;
  InstanceId instance;  // the one that had it
  bool operator==(const DeleteImageDisk&) const = default;
};
struct StartBody {
  InstanceId instance;
  Pool pool;
  VolumeId volume;  // what it must have as its root at that moment
  bool operator==(const StartBody&) const = default;
};
// Tags what a request of ours has launched by itself, so that it is a body of the machine.
struct AdoptBody {
  InstanceId instance;
  SpotRequestId request;
  bool operator==(const AdoptBody&) const = default;
};
// A request that would launch a body by itself.
struct CancelRequest {
  SpotRequestId request;
  bool operator==(const CancelRequest&) const = default;
};

// Tags the address as the machine's, so that its bodies may move it themselves.
struct AdoptAddress {
  AllocationId address;
  bool operator==(const AdoptAddress&) const = default;
};
// Leaves the launching to EC2: a fleet with one instance that attaches the root itself.
struct CreateFleet {
  VolumeId volume;
  std::vector<Pool> pools;
  GuestFiles guest_files = GuestFiles::once;
  std::vector<DataPlace> data = {};
  std::string made_from;  // what the fleet is made from, to tell it from another one
  std::string client_token;
  bool operator==(const CreateFleet&) const = default;
};
// Its instances go on running.
struct DeleteFleet {
  FleetId fleet;
  LaunchTemplateId launch_template;  // goes with it
  bool operator==(const DeleteFleet&) const = default;
};

// Records on the root that its content moves. From then on no instance gets the root.
struct OrderMove {
  VolumeId volume;
  MoveOrder order;
  bool operator==(const OrderMove&) const = default;
};
struct TakeSnapshot {
  VolumeId volume;
  SnapshotPurpose purpose = SnapshotPurpose::ahead;
  int generation = 2;  // of the root that it is taken for; of a backup, the volume's own
  VolumeId beside{};   // of a data volume: the root that moves; empty: the volume is that itself
  bool operator==(const TakeSnapshot&) const = default;
};
// Copies a completed snapshot into the other region that the root moves to.
struct CopySnapshot {
  VolumeId root;
  VolumeId volume;  // that the snapshot is of: the root, or a data volume
  SnapshotId snapshot;
  SnapshotPurpose purpose = SnapshotPurpose::ahead;
  MoveOrder order;
  bool operator==(const CopySnapshot&) const = default;
};
// What an order to another region has left there, after it was stopped.
struct DeleteAbroad {
  VolumeId root;
  std::string region;
  std::string id;  // of a snapshot or a volume
  bool operator==(const DeleteAbroad&) const = default;
};
// Makes the volume that will be the root.
struct CreateRoot {
  VolumeId former;
  SnapshotId snapshot;
  MoveOrder order;
  int attempt = 1;  // counts those that EC2 could not make
  bool operator==(const CreateRoot&) const = default;
};
// Makes the volume that will be the machine's data beside the next root.
struct CreateData {
  VolumeId former;
  VolumeId root;  // the present one
  SnapshotId snapshot;
  MoveOrder order;
  int attempt = 1;  // likewise
  bool operator==(const CreateData&) const = default;
};
// Makes it the root, with one write.
struct CommitRoot {
  VolumeId former;
  VolumeId volume;
  MoveOrder order;
  std::vector<VolumeId> data = {};  // that belong to it
  bool operator==(const CommitRoot&) const = default;
};
// The present root stays the root, under the order's number, so that the order is void.
struct CancelMove {
  VolumeId volume;
  int generation = 2;  // of the order
  bool operator==(const CancelMove&) const = default;
};
// For a machine that has no usable root any more: what is restored becomes one at once.
struct RestoreLostRoot {
  MoveOrder order;
  Goal goal = Goal::up;
  bool operator==(const RestoreLostRoot&) const = default;
};
// Writes on a former root that it is one, and since when.
struct RetireRoot {
  VolumeId volume;
  bool operator==(const RetireRoot&) const = default;
};
// What a move or the machine's file does not need any more.
struct DeleteSnapshot {
  SnapshotId snapshot;
  bool operator==(const DeleteSnapshot&) const = default;
};
struct DeleteVolume {
  VolumeId volume;
  bool operator==(const DeleteVolume&) const = default;
};
// Takes the claims of the root's move away.
struct EndMove {
  VolumeId volume;
  int generation = 2;
  bool operator==(const EndMove&) const = default;
};

// Makes the network interface that the machine keeps, in the zone of its next instance.
struct MakeInterface {
  VolumeId volume;  // the root, which remembers that there is one
  std::string zone;
  std::string client_token;
  bool operator==(const MakeInterface&) const = default;
};
// Records on the root which network interface is the machine's; empty: it has none any more.
struct RecordInterface {
  VolumeId volume;
  InterfaceId interface;
  bool operator==(const RecordInterface&) const = default;
};
// One that the machine does not use any more.
struct DeleteInterface {
  InterfaceId interface;
  bool operator==(const DeleteInterface&) const = default;
};

}  // namespace step

using Step = std::variant<
    step::AdoptVolume, step::LaunchBody, step::AttachRoot, step::ProtectRoot, step::DetachRoot,
    step::MarkRoot, step::MoveAddress, step::TerminateBody, step::ChooseEngine, step::ReplaceRoot,
    step::StopBody, step::DetachImageDisk, step::DeleteImageDisk, step::StartBody, step::AdoptBody,
    step::CancelRequest, step::AdoptAddress, step::CreateFleet, step::DeleteFleet, step::RebootBody,
    step::OrderMove, step::TakeSnapshot, step::CreateRoot, step::CommitRoot, step::CancelMove,
    step::RestoreLostRoot, step::RetireRoot, step::DeleteSnapshot, step::DeleteVolume,
    step::EndMove, step::AdoptData, step::AttachData, step::CreateData, step::MakeInterface,
    step::RecordInterface, step::DeleteInterface, step::CopySnapshot, step::DeleteAbroad>;

// One line for people: "launch t3.small spot us-east-1a".
std::string describe(const Step& step);

// A candidate that was considered, for `explain`.
struct Candidate {
  Pool pool;
  bool taken = false;
  std::string why;
};

// What it would take to be up again in one zone, for `explain`.
struct ZoneSum {
  std::string zone;
  Duration time{};  // until a volume is there for an instance; without the boot
  bool taken = false;
  std::string why;
};

struct Decision {
  std::vector<Step> steps;
  Reason reason = Reason::up;
  std::string detail;  // what exactly, for people
  TimePoint wake_at;   // when to look again at the latest
  enum class Progress { going, done, stuck } progress = Progress::going;
  Errc errc = Errc::internal;         // when stuck: how a command should fail
  std::vector<Candidate> candidates;  // when a body is or would be launched
  std::vector<ZoneSum> zones = {};    // when the machine moves, or might
};

}  // namespace ec2spotter
