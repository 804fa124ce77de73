// An EC2 that answers as it is told, for the tests of the executor.
#pragma once

#include <algorithm>
#include <iterator>

#include "model/tags.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {

inline const InstanceId kBody("i-00000000000000001");  // what a launch gives

// Shows what it is given; notes each changing call.
class ToldEc2 final : public SilentEc2 {
 public:
  std::vector<Volume> volumes;
  std::vector<Instance> instances;
  std::vector<Address> addresses;
  std::vector<RootTask> tasks;
  std::optional<Error> launch_error, attach_error, replace_error;
  std::vector<std::string> calls;
  Tags last_tags;
  std::vector<aws::ReplaceRootSpec> replaced;

  Result<std::vector<Volume>> describe_volumes(const std::vector<VolumeId>&,
                                               const std::vector<aws::Filter>&) override {
    return volumes;
  }
  Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>&,
                                                   const std::vector<aws::Filter>&) override {
    return instances;
  }
  Result<std::vector<SpotRequest>> describe_spot_requests(
      const std::vector<aws::Filter>&) override {
    return std::vector<SpotRequest>{};
  }
  Result<std::vector<RootTask>> describe_root_tasks(
      const std::vector<aws::Filter>& filters) override {
    const auto& asked = filters.front().values;
    std::vector<RootTask> found;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(found), [&](const RootTask& task) {
      return std::find(asked.begin(), asked.end(), task.instance.str()) != asked.end();
    });
    return found;
  }
  Result<std::vector<Address>> describe_addresses(const std::vector<aws::Filter>&) override {
    return addresses;
  }
  Result<std::vector<Image>> describe_images(const std::vector<ImageId>&,
                                             const std::vector<aws::Filter>&) override {
    return std::vector<Image>{};
  }
  Result<std::vector<Subnet>> describe_subnets(const std::vector<aws::Filter>&) override {
    return std::vector<Subnet>{};
  }
  Result<std::vector<SecurityGroup>> describe_security_groups(
      const std::vector<aws::Filter>& filters) override {
    std::vector<SecurityGroup> found;
    if (filters.front().values.front() == "web") found = {{GroupId("sg-1"), "web"}};
    return found;
  }
  Result<std::vector<InstanceType>> describe_instance_types(Architecture) override {
    return std::vector<InstanceType>{};
  }
  Result<std::vector<std::string>> describe_type_offerings(const std::string&) override {
    return std::vector<std::string>{};
  }
  Result<std::vector<aws::Zone>> describe_zones() override { return std::vector<aws::Zone>{}; }
  Result<std::vector<aws::SpotPrice>> describe_spot_prices(const std::vector<std::string>&,
                                                           const std::string&) override {
    return std::vector<aws::SpotPrice>{};
  }
  Result<std::vector<aws::PlacementScore>> spot_placement_scores(const std::string&) override {
    return std::vector<aws::PlacementScore>{};
  }
  Result<std::vector<Instance>> run_instances(const aws::RunInstancesSpec& spec) override {
    calls.push_back("run " + spec.image.str() + " " + spec.client_token);
    if (launch_error) return fail(*launch_error);
    return std::vector<Instance>{a_body(kBody)};
  }
  Result<void> terminate_instance(const InstanceId& id) override { return note("terminate", id); }
  Result<void> attach_volume(const VolumeId&, const InstanceId& id, const std::string&) override {
    if (attach_error) return fail(*attach_error);
    return note("attach", id);
  }
  Result<void> replace_root(const aws::ReplaceRootSpec& spec) override {
    if (replace_error) return fail(*replace_error);
    replaced.push_back(spec);
    return note("replace", spec.instance);
  }
  Result<void> stop_instance(const InstanceId& id) override { return note("stop", id); }
  Result<void> start_instance(const InstanceId& id) override {
    if (launch_error) return fail(*launch_error);
    return note("start", id);
  }
  Result<void> cancel_spot_request(const SpotRequestId& id) override {
    calls.push_back("cancel " + id.str());
    return {};
  }
  Result<void> delete_volume(const VolumeId& id) override {
    calls.push_back("delete " + id.str());
    return {};
  }
  Result<void> detach_volume(const VolumeId&, const InstanceId& id) override {
    return note("detach", id);
  }
  Result<void> create_tags(const std::vector<std::string>& ids, const Tags& tags) override {
    calls.push_back("tag " + ids.front());
    last_tags = tags;
    return {};
  }
  Result<void> set_delete_on_termination(const InstanceId& id, const std::string&, bool) override {
    return note("protect", id);
  }
  Result<void> associate_address(const aws::AssociateAddressSpec& spec) override {
    return note("associate", spec.instance);
  }
  Result<void> disassociate_address(const AssociationId& id) override {
    calls.push_back("disassociate " + id.str());
    return {};
  }
  Result<aws::ConsoleOutput> console_output(const InstanceId&) override {
    return aws::ConsoleOutput{};
  }
  Result<std::string> parameter(const std::string& name) override { return "ami-of" + name; }
  Result<aws::CallerIdentity> caller_identity() override { return aws::CallerIdentity{}; }

  static Instance a_body(const InstanceId& id) {
    Instance body;
    body.id = id;
    body.state = InstanceState::running;
    body.root_device = "/dev/xvda";
    body.tags = {{std::string(tag::kMachine), "web"}, {std::string(tag::kOwner), "default"}};
    return body;
  }

 private:
  Result<void> note(const std::string& what, const InstanceId& id) {
    calls.push_back(what + " " + id.str());
    return {};
  }
};

}  // namespace ec2spotter
