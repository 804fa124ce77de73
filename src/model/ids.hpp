// The ids of EC2's resources, and of ours.
#pragma once

#include "base/id.hpp"

namespace ec2spotter {

using VolumeId = Id<struct VolumeIdTag>;
using InstanceId = Id<struct InstanceIdTag>;
using ImageId = Id<struct ImageIdTag>;
using SubnetId = Id<struct SubnetIdTag>;
using GroupId = Id<struct GroupIdTag>;
using AllocationId = Id<struct AllocationIdTag>;
using AssociationId = Id<struct AssociationIdTag>;
using InterfaceId = Id<struct InterfaceIdTag>;
using SpotRequestId = Id<struct SpotRequestIdTag>;
using FleetId = Id<struct FleetIdTag>;
using LaunchTemplateId = Id<struct LaunchTemplateIdTag>;
using SnapshotId = Id<struct SnapshotIdTag>;
using RootTaskId = Id<struct RootTaskIdTag>;

using MachineName = Id<struct MachineNameTag>;
using OwnerId = Id<struct OwnerIdTag>;

}  // namespace ec2spotter
