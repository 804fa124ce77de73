// The narrow interface for what an account may do and what its region offers: `doctor` reads it.
// No call changes anything. Errors: as for EC2 (src/aws/ec2.hpp).
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

// What an instance type is able to start. Source: EC2 API reference, "InstanceTypeInfo".
struct TypeHardware {
  std::string name;
  int vcpus = 0;
  std::vector<std::string> architectures;  // x86_64, arm64 ...
  std::vector<std::string> boot_modes;     // legacy-bios, uefi
  bool needs_ena = false;                  // its only network adapter is ENA
  bool operator==(const TypeHardware&) const = default;
};

// What an image needs. Source: EC2 API reference, "Image".
struct ImageHardware {
  ImageId id;
  std::string architecture;
  std::string boot_mode;  // legacy-bios, uefi, uefi-preferred; empty: the type's default
  bool has_ena = false;
  bool operator==(const ImageHardware&) const = default;
};

struct SubnetRoom {
  SubnetId id;
  std::string zone;
  int free_addresses = 0;
  bool operator==(const SubnetRoom&) const = default;
};

// What the calls of a dry run name. What is empty cannot be named: calls that need it are left out.
struct RightsSubject {
  VolumeId root = {};
  Tags root_tags = {};      // that the root has already
  std::string device = {};  // of the root at its instance
  InstanceId instance = {};
  AllocationId address = {};
  bool replaces = false;  // engine replace
  bool stops = false;     // engine swap
  bool restarts = false;  // what a watch does about a machine that is not well
  bool snapshots = false;
};

struct RightTried {
  std::string action;   // EC2's name of the call
  Result<void> answer;  // EC2 would carry it out, or why not
};

class Account {
 public:
  virtual ~Account() = default;

  // DescribeInstanceTypes. Types that the region does not have are left out.
  virtual Result<std::vector<TypeHardware>> type_hardware(
      const std::vector<std::string>& types) = 0;
  // DescribeImages.
  virtual Result<std::vector<ImageHardware>> image_hardware(const ImageId& id) = 0;
  // DescribeSubnets.
  virtual Result<std::vector<SubnetRoom>> subnet_rooms(const std::vector<Filter>& filters) = 0;
  // GetEbsEncryptionByDefault: is each new volume of the region encrypted?
  virtual Result<bool> encrypts_by_default() = 0;
  // GetServiceQuota: the value of EC2's quota with this code, such as L-34B43A08.
  virtual Result<double> ec2_quota(const std::string& code) = 0;
  // IAM's GetRole: is there a role of that name?
  virtual Result<bool> has_role(const std::string& name) = 0;
  // Sends each call that the subject allows as a dry run: EC2 checks the rights and does nothing.
  // The first one would change nothing in any case; when its answer is not that of a dry run,
  // no other call is sent, as the endpoint may not know dry runs. Source: EC2 API reference,
  // "DryRun".
  virtual std::vector<RightTried> try_rights(const RightsSubject& subject) = 0;
};

}  // namespace ec2spotter::aws
