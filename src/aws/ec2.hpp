// The narrow EC2 interface: just the calls that ec2-spotter makes, in its own types.
// Each function makes one API call (describes follow nextToken to the end) with its own deadline,
// and never retries a call whose effect is unknown: the caller looks first.
// Errors: see base/result.hpp; the class comes from src/aws/wire/error_table.hpp, the raw code
// travels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/resources.hpp"

namespace ec2spotter::aws {

// One EC2 filter: any of `values` matches; several filters must all match.
struct Filter {
  std::string name;  // EC2's filter name, for example "tag:Name" or "status"
  std::vector<std::string> values;
  bool operator==(const Filter&) const = default;
};

// RunInstances for `count` instances or as many of them as the pool has room for (MinCount = 1).
struct RunInstancesSpec {
  ImageId image;
  Pool pool;
  int count = 1;                   // at least 1
  std::optional<SubnetId> subnet;  // else the default subnet of the pool's zone
  std::vector<GroupId> security_groups;
  // An existing one becomes its primary interface, and outlives it; then the subnet, the groups and
  // the public address are that one's, and must not be given. Source: EC2 API reference,
  // "InstanceNetworkInterfaceSpecification".
  InterfaceId interface {};
  std::string key_name;                  // empty: none
  std::string user_data;                 // raw bytes; encoded by the client; at most 16 KiB
  std::optional<std::string> max_price;  // US dollars an hour, as text, Spot only
  std::string client_token;              // at most 64 ASCII characters
  std::string instance_profile;          // name; empty: none
  // It may be stopped, and stops instead of ending when its system shuts down or Spot takes it. On
  // Spot its request is then persistent, else one-time.
  bool stoppable = false;
  // The instance may read its own tags from the metadata service. Source: EC2 user guide, "View
  // tags for your EC2 instances using instance metadata".
  bool shows_tags = false;
  Tags instance_tags;  // also put on the new volumes and interfaces, and the spot request
  bool operator==(const RunInstancesSpec&) const = default;
};

// CreateLaunchTemplate: what bodies of a fleet have in common.
struct LaunchTemplateSpec {
  std::string name;  // 3 to 128 letters, digits and ( ) . / _ -; one template in a region has it
  // Of its pool only the market matters; the fleet has count, subnet, price and token.
  RunInstancesSpec launch;
  Tags tags;  // of the template itself
  bool operator==(const LaunchTemplateSpec&) const = default;
};

// CreateFleet of type maintain with one instance, from whichever pool is cheap and has room
// (price-capacity-optimized); a reclaimed instance is replaced.
struct FleetSpec {
  std::string launch_template;  // its name
  std::vector<Pool> pools;      // at least one, all of one market
  std::optional<SubnetId> subnet;
  std::optional<std::string> max_price;  // US dollars an hour, as text, Spot only
  bool replace_at_risk = false;          // launch another one on a rebalance recommendation
  std::string client_token;              // at most 64 ASCII characters
  Tags tags;                             // of the fleet itself
  bool operator==(const FleetSpec&) const = default;
};

// CreateReplaceRootVolumeTask with an existing volume. EC2 deletes the former root disk.
struct ReplaceRootSpec {
  InstanceId instance;
  VolumeId volume;
  std::string client_token;  // at most 64 ASCII characters
  Tags tags;                 // of the task
  bool operator==(const ReplaceRootSpec&) const = default;
};

// CreateSnapshot of one volume.
struct SnapshotSpec {
  VolumeId volume;
  std::string description;  // at most 255 characters
  Tags tags;
  bool operator==(const SnapshotSpec&) const = default;
};

// CopySnapshot from another region of the account into the client's own.
struct SnapshotCopySpec {
  SnapshotId source;
  std::string source_region;
  std::string description;  // at most 255 characters
  // The key of the copy, if the source is encrypted; empty: EC2's own key of the region.
  std::string kms_key;
  Tags tags;
  bool operator==(const SnapshotCopySpec&) const = default;
};

// CreateVolume from a snapshot.
struct VolumeSpec {
  SnapshotId snapshot;
  std::string zone;
  int size_gib = 0;  // at least the snapshot's
  std::string type;
  // Only where the type takes them. 0: EC2's default.
  int iops = 0;
  int throughput = 0;           // MiB/s
  std::string kms_key;          // empty: as the snapshot's
  int initialization_rate = 0;  // MiB/s, 100 to 300, at extra cost; 0: none is asked for
  std::string client_token;     // at most 64 ASCII characters
  Tags tags;
  bool operator==(const VolumeSpec&) const = default;
};

// CreateNetworkInterface, with any free address of the subnet.
struct InterfaceSpec {
  SubnetId subnet;
  std::vector<GroupId> security_groups;  // none: the network's default group
  std::string description;
  std::string client_token;  // at most 64 ASCII characters
  Tags tags;
  bool operator==(const InterfaceSpec&) const = default;
};

struct AssociateAddressSpec {
  AllocationId address;
  InstanceId instance;
  InterfaceId interface {};  // instead of the instance: the address outlives the instance there
  bool allow_reassociation = false;
};

struct ConsoleOutput {
  std::string text;  // decoded; at most the last 64 KB
  std::optional<TimePoint> time;
};

// What one instance type costs now in one zone.
struct SpotPrice {
  std::string instance_type;
  std::string zone;
  double price = 0;  // US dollars an hour
  bool operator==(const SpotPrice&) const = default;
};

// EC2's estimate whether Spot has capacity in one zone.
struct PlacementScore {
  std::string zone_id;  // "use1-az1": the same place for every account, unlike a zone's name
  int score = 0;        // 1 to 10
  bool operator==(const PlacementScore&) const = default;
};

struct Zone {
  std::string name;  // "us-east-1a"
  std::string id;    // "use1-az1"
  bool operator==(const Zone&) const = default;
};

struct CallerIdentity {
  std::string account;
  std::string arn;
};

class Ec2 {
 public:
  virtual ~Ec2() = default;

  virtual Result<std::vector<Volume>> describe_volumes(const std::vector<VolumeId>& ids,
                                                       const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>& ids,
                                                           const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<SpotRequest>> describe_spot_requests(
      const std::vector<Filter>& filters) = 0;
  // DescribeInstanceStatus, of instances that run. It has no filter for tags.
  virtual Result<std::vector<StatusChecks>> describe_status(const std::vector<InstanceId>& ids,
                                                            const std::vector<Filter>& filters) = 0;
  // DescribeReplaceRootVolumeTasks.
  virtual Result<std::vector<RootTask>> describe_root_tasks(const std::vector<Filter>& filters) = 0;
  // DescribeSnapshots, of those that the account owns.
  virtual Result<std::vector<Snapshot>> describe_snapshots(const std::vector<Filter>& filters) = 0;
  // DescribeVolumesModifications: the last one of each volume that EC2 remembers one of.
  virtual Result<std::vector<VolumeChange>> describe_volume_changes(
      const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<LaunchTemplate>> describe_launch_templates(
      const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<Address>> describe_addresses(const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<NetworkInterface>> describe_interfaces(
      const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<Image>> describe_images(const std::vector<ImageId>& ids,
                                                     const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<Subnet>> describe_subnets(const std::vector<Filter>& filters) = 0;
  virtual Result<std::vector<SecurityGroup>> describe_security_groups(
      const std::vector<Filter>& filters) = 0;

  // DescribeFleets: those that launch instances, or are about to (submitted, active, modifying).
  virtual Result<std::vector<Fleet>> describe_fleets() = 0;

  // DescribeInstanceTypes: those of the current generation with this architecture that are not bare
  // metal. The reply does not name zones.
  virtual Result<std::vector<InstanceType>> describe_instance_types(Architecture architecture) = 0;
  // DescribeInstanceTypeOfferings: the names of the types that this zone offers.
  virtual Result<std::vector<std::string>> describe_type_offerings(const std::string& zone) = 0;

  // DescribeAvailabilityZones: those of the region that the account may use.
  virtual Result<std::vector<Zone>> describe_zones() = 0;
  // DescribeSpotPriceHistory as of now, for Linux: at most one price for each type and zone. `zone`
  // empty: every zone of the region. A type that a zone does not offer is left out. Without types
  // no call is made.
  virtual Result<std::vector<SpotPrice>> describe_spot_prices(const std::vector<std::string>& types,
                                                              const std::string& zone) = 0;
  // GetSpotPlacementScores for one instance of this type in a single zone of the region. EC2 scores
  // fewer than three types low, so compare such scores only with each other. An account may ask
  // about few different types in 24 hours; a further one is MaxConfigLimitExceeded (Errc::quota),
  // while those already asked about stay free to ask again.
  virtual Result<std::vector<PlacementScore>> spot_placement_scores(
      const std::string& instance_type) = 0;

  // The instances launched, 1 to `count`, in the order of their launch index, which is below
  // `count`.
  virtual Result<std::vector<Instance>> run_instances(const RunInstancesSpec& spec) = 0;
  // RunInstances as a dry run: nothing is launched. Errors: EC2's reasons against the launch; EC2
  // does not check capacity.
  virtual Result<void> check_launch(const RunInstancesSpec& spec) = 0;
  // Errors: already_done when a template has that name.
  virtual Result<void> create_launch_template(const LaunchTemplateSpec& spec) = 0;
  // CreateLaunchTemplate with a template that nothing is launched from: its name and its tags are
  // all that matters. EC2 lets one template of a region have a name, and that is decided at once.
  // Errors: already_done when a template has that name.
  virtual Result<void> create_record(const std::string& name, const Tags& tags) = 0;
  virtual Result<void> delete_launch_template(const LaunchTemplateId& id) = 0;
  virtual Result<FleetId> create_fleet(const FleetSpec& spec) = 0;
  // DeleteFleets; the fleet's instances go on running. One that is deleted already is no error.
  virtual Result<void> delete_fleet(const FleetId& id) = 0;
  virtual Result<void> terminate_instance(const InstanceId& instance) = 0;
  // StopInstances, forced: its system gets no time to shut down.
  virtual Result<void> stop_instance(const InstanceId& instance) = 0;
  // StopInstances: its system is asked to shut down, and EC2 cuts the power only when it does not
  // within some minutes. Source: EC2 user guide, "Stop and start Amazon EC2 instances".
  virtual Result<void> shut_down_instance(const InstanceId& instance) = 0;
  virtual Result<void> start_instance(const InstanceId& instance) = 0;
  // RebootInstances: EC2 asks the system to restart, and restarts it by force when it does not
  // within a few minutes. Source: EC2 user guide, "Reboot your instance".
  virtual Result<void> reboot_instance(const InstanceId& instance) = 0;
  // Its instance goes on running; a stopped one is terminated. A request that has ended is no
  // error.
  virtual Result<void> cancel_spot_request(const SpotRequestId& request) = 0;
  // The content is that of the moment of the call, as far as the guest has written it to the disk;
  // the work goes on after the answer. There is no client token. Source: EC2 API reference,
  // "CreateSnapshot".
  virtual Result<Snapshot> create_snapshot(const SnapshotSpec& spec) = 0;
  // The work goes on after the answer; what EC2 finds wrong meanwhile stands in the copy's status
  // message. There is no client token. Source: EC2 API reference, "CopySnapshot".
  virtual Result<SnapshotId> copy_snapshot(const SnapshotCopySpec& spec) = 0;
  virtual Result<void> delete_snapshot(const SnapshotId& id) = 0;
  // EC2 deletes the volume again, without an error, when its key cannot be used.
  virtual Result<Volume> create_volume(const VolumeSpec& spec) = 0;
  virtual Result<void> delete_volume(const VolumeId& volume) = 0;
  // ModifyVolume, of the size alone. The work goes on after the answer, whether the volume is in
  // use or not; EC2 refuses a smaller size, and another change before the last one has completed.
  // There is no client token. Source: EC2 API reference, "ModifyVolume".
  virtual Result<VolumeChange> grow_volume(const VolumeId& volume, int size_gib) = 0;
  virtual Result<void> attach_volume(const VolumeId& volume, const InstanceId& instance,
                                     const std::string& device) = 0;
  // Never forced; the instance is always named, so that a stale call cannot undo a newer
  // attachment.
  virtual Result<void> detach_volume(const VolumeId& volume, const InstanceId& instance) = 0;
  // EC2 restarts a running instance from a volume that is attached nowhere. The answer comes before
  // the work is done. Source: EC2 user guide, "Replace the root volume for an Amazon EC2 instance".
  virtual Result<void> replace_root(const ReplaceRootSpec& spec) = 0;
  virtual Result<void> create_tags(const std::vector<std::string>& resource_ids,
                                   const Tags& tags) = 0;
  // DeleteTags, whatever their values are. One that is not there is no error.
  virtual Result<void> delete_tags(const std::vector<std::string>& resource_ids,
                                   const std::vector<std::string>& keys) = 0;
  virtual Result<void> set_delete_on_termination(const InstanceId& instance,
                                                 const std::string& device, bool value) = 0;
  virtual Result<NetworkInterface> create_interface(const InterfaceSpec& spec) = 0;
  // EC2 refuses it while the interface is attached.
  virtual Result<void> delete_interface(const InterfaceId& id) = 0;
  virtual Result<void> associate_address(const AssociateAddressSpec& spec) = 0;
  virtual Result<void> disassociate_address(const AssociationId& association) = 0;
  // The latest output where the instance's hypervisor gives it, else the one last posted.
  virtual Result<ConsoleOutput> console_output(const InstanceId& instance) = 0;

  // SSM GetParameter: the value of a public parameter such as the newest image of a distribution.
  virtual Result<std::string> parameter(const std::string& name) = 0;
  // STS GetCallerIdentity.
  virtual Result<CallerIdentity> caller_identity() = 0;

  // The same account's EC2 in another region, with the same credentials; this one owns it, and
  // makes it when it is first asked for. No call is sent. Errors: invalid, when its address is
  // wrong.
  virtual Result<Ec2*> in_region(const std::string& region) = 0;
};

}  // namespace ec2spotter::aws
