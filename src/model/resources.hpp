// What EC2 tells us about its resources, as plain values: only the members that somebody reads.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/spot_status.hpp"

namespace ec2spotter {

// EC2 refuses more user data than this, in bytes before base64. Source: EC2 User Guide, "Run
// commands when you launch an EC2 instance with user data input".
inline constexpr std::size_t kUserDataMost = 16384;

using Tags = std::map<std::string, std::string>;

struct Attachment {
  InstanceId instance;
  std::string device;
  AttachmentState state = AttachmentState::unknown;
  bool delete_on_termination = false;
  TimePoint since{};  // when the attachment was asked for
  bool operator==(const Attachment&) const = default;
};

struct Volume {
  VolumeId id;
  VolumeState state = VolumeState::unknown;
  std::string zone;
  int size_gib = 0;
  std::string type;
  int iops = 0;         // 0: the type has none of its own
  int throughput = 0;   // MiB/s; likewise
  SnapshotId snapshot;  // that it was made from; empty: from none
  TimePoint created{};
  bool multi_attach = false;
  std::string kms_key;  // the ARN of the key that it is encrypted with; empty: not encrypted
  std::vector<Attachment> attachments;
  Tags tags;
  bool operator==(const Volume&) const = default;
};

struct Snapshot {
  SnapshotId id;
  VolumeId volume;
  SnapshotState state = SnapshotState::unknown;
  std::string progress;  // as EC2 writes it, for example "40%"
  std::string message;   // why it failed
  TimePoint started{};   // the moment of which it has the content
  int size_gib = 0;
  std::string kms_key;  // as of a volume
  Tags tags;
  bool operator==(const Snapshot&) const = default;
};

// The last change of a volume's size or type. Source: EC2 API reference, "VolumeModification".
struct VolumeChange {
  VolumeId volume;
  std::string state;    // modifying, optimizing, completed or failed
  std::string message;  // why it failed
  int progress = 0;     // percent
  int target_gib = 0;
  bool operator==(const VolumeChange&) const = default;
};

struct BlockDevice {
  std::string device;
  VolumeId volume;
  AttachmentState state = AttachmentState::unknown;
  bool delete_on_termination = false;
  bool operator==(const BlockDevice&) const = default;
};

struct Instance {
  InstanceId id;
  InstanceState state = InstanceState::unknown;
  std::string type;
  std::string zone;
  Market market = Market::on_demand;
  ImageId image;
  SubnetId subnet;
  std::string private_ip;
  std::string public_ip;
  SpotRequestId spot_request;
  BootMode boot_mode = BootMode::unknown;  // by its image and type, whatever its root disk is
  std::string root_device;
  std::vector<BlockDevice> block_devices;
  std::vector<std::string> product_codes;  // of Marketplace, that its image brought
  std::string state_reason_code;           // for example Server.SpotInstanceTermination
  std::string state_reason_message;
  std::string client_token;
  std::string key_name = {};
  std::vector<GroupId> security_groups = {};
  std::vector<InterfaceId> interfaces = {};  // the primary one is among them
  std::string instance_profile = {};         // its name; empty: none
  Architecture architecture = Architecture::unknown;
  std::string platform = {};  // windows; empty: a Linux system, or another one
  int launch_index = 0;       // among the instances of one RunInstances call, from 0
  TimePoint launch_time;
  Tags tags;
  bool operator==(const Instance&) const = default;
};

// EC2's replacement of a running instance's root disk, as a task that EC2 carries out.
// Source: EC2 API reference, "ReplaceRootVolumeTask".
struct RootTask {
  RootTaskId id;
  InstanceId instance;
  RootTaskState state = RootTaskState::unknown;
  bool operator==(const RootTask&) const = default;

  // May EC2 still give the instance another root disk, or take one from it? A state that EC2 has
  // added counts as such.
  bool under_way() const {
    return state != RootTaskState::succeeded && state != RootTaskState::failed &&
           state != RootTaskState::failed_detached;
  }
};

// EC2's status checks of a running instance. Source: EC2 API reference, "InstanceStatus".
struct StatusChecks {
  InstanceId instance;
  std::string system = "ok";  // of the host: ok, impaired, insufficient-data, initializing ...
  std::string guest = "ok";   // of the instance's own system: likewise
  std::string ebs = "ok";     // of its attached volumes: likewise
  std::optional<TimePoint> impaired_since = {};  // of the first check that fails
  bool operator==(const StatusChecks&) const = default;

  bool impaired() const { return system == "impaired" || guest == "impaired" || ebs == "impaired"; }
};

struct SpotRequest {
  SpotRequestId id;
  std::string state;  // open, active, closed, cancelled, failed, disabled
  SpotStatus status = SpotStatus::other;
  std::string status_message;
  bool persistent = false;  // else one-time
  InstanceId instance;
  Tags tags;
  bool operator==(const SpotRequest&) const = default;
};

struct Address {
  AllocationId id;
  AssociationId association;
  std::string public_ip;
  InstanceId instance;                 // empty also where it is at an interface without an instance
  InterfaceId network_interface = {};  // empty: it is associated with nothing
  Tags tags;
  bool operator==(const Address&) const = default;
};

// Source: EC2 API reference, "NetworkInterface".
struct NetworkInterface {
  InterfaceId id;
  std::string status;  // available, in-use, detaching ...
  std::string zone;
  std::string private_ip;
  std::string mac;
  InstanceId instance;  // that it is attached to; empty: none shows
  Tags tags;
  bool operator==(const NetworkInterface&) const = default;

  // May an instance be launched on it?
  bool is_free() const { return status == "available"; }
};

// An EC2 Fleet of type maintain: EC2 itself keeps its instances up.
struct Fleet {
  FleetId id;
  std::string state;  // submitted, active, modifying, deleted_running ...
  LaunchTemplateId launch_template;
  TimePoint created;
  Tags tags;
  bool operator==(const Fleet&) const = default;
};

struct LaunchTemplate {
  LaunchTemplateId id;
  std::string name;
  Tags tags;
  bool operator==(const LaunchTemplate&) const = default;
};

struct Image {
  ImageId id;
  std::string name;
  std::string state;
  Architecture architecture = Architecture::unknown;
  std::string root_device;
  bool operator==(const Image&) const = default;
};

struct Subnet {
  SubnetId id;
  std::string zone;
  bool default_for_zone = false;
  bool operator==(const Subnet&) const = default;
};

struct SecurityGroup {
  GroupId id;
  std::string name;
  bool operator==(const SecurityGroup&) const = default;
};

struct InstanceType {
  std::string name;
  int vcpus = 0;
  int memory_mib = 0;
  std::vector<Market> markets;  // its supported usage classes
  bool operator==(const InstanceType&) const = default;
};

// A pool is where a body can come from: one instance type, in one zone, on one market.
struct Pool {
  std::string instance_type;
  std::string zone;
  Market market = Market::spot;
  auto operator<=>(const Pool&) const = default;
};

}  // namespace ec2spotter
