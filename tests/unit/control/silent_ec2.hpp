// An EC2 that fails every call: tests override those that they expect.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"

namespace ec2spotter {

class SilentEc2 : public aws::Ec2 {
 public:
  using Ids = std::vector<std::string>;
  using Filters = std::vector<aws::Filter>;

  Result<std::vector<Volume>> describe_volumes(const std::vector<VolumeId>&,
                                               const Filters&) override {
    return unexpected();
  }
  Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>&,
                                                   const Filters&) override {
    return unexpected();
  }
  Result<std::vector<SpotRequest>> describe_spot_requests(const Filters&) override {
    return unexpected();
  }
  Result<std::vector<StatusChecks>> describe_status(const std::vector<InstanceId>&,
                                                    const Filters&) override {
    return unexpected();
  }
  Result<std::vector<RootTask>> describe_root_tasks(const Filters&) override {
    return unexpected();
  }
  Result<std::vector<Snapshot>> describe_snapshots(const Filters&) override { return unexpected(); }
  Result<std::vector<VolumeChange>> describe_volume_changes(const Filters&) override {
    return unexpected();
  }
  Result<std::vector<LaunchTemplate>> describe_launch_templates(const Filters&) override {
    return unexpected();
  }
  Result<std::vector<Address>> describe_addresses(const Filters&) override { return unexpected(); }
  Result<std::vector<Image>> describe_images(const std::vector<ImageId>&, const Filters&) override {
    return unexpected();
  }
  Result<std::vector<Subnet>> describe_subnets(const Filters&) override { return unexpected(); }
  Result<std::vector<SecurityGroup>> describe_security_groups(const Filters&) override {
    return unexpected();
  }
  Result<std::vector<Fleet>> describe_fleets() override { return unexpected(); }
  Result<std::vector<InstanceType>> describe_instance_types(Architecture) override {
    return unexpected();
  }
  Result<Ids> describe_type_offerings(const std::string&) override { return unexpected(); }
  Result<std::vector<aws::Zone>> describe_zones() override { return unexpected(); }
  Result<std::vector<aws::SpotPrice>> describe_spot_prices(const Ids&,
                                                           const std::string&) override {
    return unexpected();
  }
  Result<std::vector<aws::PlacementScore>> spot_placement_scores(const std::string&) override {
    return unexpected();
  }
  Result<std::vector<Instance>> run_instances(const aws::RunInstancesSpec&) override {
    return unexpected();
  }
  Result<void> check_launch(const aws::RunInstancesSpec&) override { return unexpected(); }
  Result<void> create_launch_template(const aws::LaunchTemplateSpec&) override {
    return unexpected();
  }
  Result<void> create_record(const std::string&, const Tags&) override { return unexpected(); }
  Result<void> delete_launch_template(const LaunchTemplateId&) override { return unexpected(); }
  Result<FleetId> create_fleet(const aws::FleetSpec&) override { return unexpected(); }
  Result<void> delete_fleet(const FleetId&) override { return unexpected(); }
  Result<void> terminate_instance(const InstanceId&) override { return unexpected(); }
  Result<void> stop_instance(const InstanceId&) override { return unexpected(); }
  Result<void> shut_down_instance(const InstanceId&) override { return unexpected(); }
  Result<void> reboot_instance(const InstanceId&) override { return unexpected(); }
  Result<void> start_instance(const InstanceId&) override { return unexpected(); }
  Result<void> cancel_spot_request(const SpotRequestId&) override { return unexpected(); }
  Result<Snapshot> create_snapshot(const aws::SnapshotSpec&) override { return unexpected(); }
  Result<void> delete_snapshot(const SnapshotId&) override { return unexpected(); }
  Result<Volume> create_volume(const aws::VolumeSpec&) override { return unexpected(); }
  Result<VolumeChange> grow_volume(const VolumeId&, int) override { return unexpected(); }
  Result<void> delete_volume(const VolumeId&) override { return unexpected(); }
  Result<void> attach_volume(const VolumeId&, const InstanceId&, const std::string&) override {
    return unexpected();
  }
  Result<void> replace_root(const aws::ReplaceRootSpec&) override { return unexpected(); }
  Result<void> detach_volume(const VolumeId&, const InstanceId&) override { return unexpected(); }
  Result<void> create_tags(const Ids&, const Tags&) override { return unexpected(); }
  Result<void> delete_tags(const std::vector<std::string>&,
                           const std::vector<std::string>&) override {
    return unexpected();
  }
  Result<void> set_delete_on_termination(const InstanceId&, const std::string&, bool) override {
    return unexpected();
  }
  Result<std::vector<NetworkInterface>> describe_interfaces(const Filters&) override {
    return unexpected();
  }
  Result<NetworkInterface> create_interface(const aws::InterfaceSpec&) override {
    return unexpected();
  }
  Result<void> delete_interface(const InterfaceId&) override { return unexpected(); }
  Result<void> associate_address(const aws::AssociateAddressSpec&) override { return unexpected(); }
  Result<void> disassociate_address(const AssociationId&) override { return unexpected(); }
  Result<aws::ConsoleOutput> console_output(const InstanceId&) override { return unexpected(); }
  Result<std::string> parameter(const std::string&) override { return unexpected(); }
  Result<aws::CallerIdentity> caller_identity() override { return unexpected(); }
  Result<SnapshotId> copy_snapshot(const aws::SnapshotCopySpec&) override { return unexpected(); }
  Result<aws::Ec2*> in_region(const std::string&) override { return unexpected(); }

 private:
  static tl::unexpected<Error> unexpected() {
    return fail(Errc::internal, "the test did not expect this call");
  }
};

}  // namespace ec2spotter
