// One pure function per action: our types in, the call to send out.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "aws/wire/call.hpp"
#include "aws/wire/ec2/page.hpp"

namespace ec2spotter::aws {

// The parameters of a Query call, Action and Version included.
Params named_params(const ApiCall& call);

// Those as its form body.
std::string encode_call(const ApiCall& call);

ApiCall describe_volumes_call(const std::vector<VolumeId>& ids, const std::vector<Filter>& filters,
                              const Page& page);
ApiCall describe_instances_call(const std::vector<InstanceId>& ids,
                                const std::vector<Filter>& filters, const Page& page);
ApiCall describe_spot_requests_call(const std::vector<Filter>& filters, const Page& page);
ApiCall describe_status_call(const std::vector<InstanceId>& ids, const std::vector<Filter>& filters,
                             const Page& page);
ApiCall describe_root_tasks_call(const std::vector<Filter>& filters, const Page& page);
ApiCall describe_snapshots_call(const std::vector<Filter>& filters, const Page& page);
ApiCall describe_launch_templates_call(const std::vector<Filter>& filters, const Page& page);
// Not paged by EC2.
ApiCall describe_addresses_call(const std::vector<Filter>& filters);
ApiCall describe_images_call(const std::vector<ImageId>& ids, const std::vector<Filter>& filters,
                             const Page& page);
ApiCall describe_subnets_call(const std::vector<Filter>& filters, const Page& page);
ApiCall describe_security_groups_call(const std::vector<Filter>& filters, const Page& page);

ApiCall describe_fleets_call(const Page& page);

// Of the current generation, and no bare metal.
ApiCall describe_instance_types_call(Architecture architecture, const Page& page);
ApiCall describe_type_offerings_call(const std::string& zone, const Page& page);

// Not paged by EC2.
ApiCall describe_zones_call();
// The prices in force at `since` and the changes after it; `zone` empty: every zone.
ApiCall spot_price_history_call(const std::vector<std::string>& types, const std::string& zone,
                                TimePoint since, const Page& page);
ApiCall spot_placement_scores_call(const std::string& instance_type, const std::string& region,
                                   const Page& page);

// Errors: invalid when the spec asks for what EC2 would refuse (no instance, user data over 16 KiB,
// a token over 64 characters, a price on on-demand).
Result<ApiCall> run_instances_call(const RunInstancesSpec& spec);

// Errors: invalid, as for run_instances_call.
Result<ApiCall> create_launch_template_call(const LaunchTemplateSpec& spec);
ApiCall create_record_call(const std::string& name, const Tags& tags);
ApiCall delete_launch_template_call(const LaunchTemplateId& id);
// Errors: invalid without a pool, or with a price on on-demand.
Result<ApiCall> create_fleet_call(const FleetSpec& spec);
ApiCall delete_fleet_call(const FleetId& id);

ApiCall terminate_instance_call(const InstanceId& instance);
ApiCall stop_instance_call(const InstanceId& instance);
ApiCall shut_down_instance_call(const InstanceId& instance);
ApiCall start_instance_call(const InstanceId& instance);
ApiCall reboot_instance_call(const InstanceId& instance);
ApiCall cancel_spot_request_call(const SpotRequestId& request);
ApiCall create_snapshot_call(const SnapshotSpec& spec);
// `presigned_url`: the same call, signed for the region of the source, which EC2 sends there.
ApiCall copy_snapshot_call(const SnapshotCopySpec& spec, const std::string& region,
                           const std::string& presigned_url);
ApiCall delete_snapshot_call(const SnapshotId& id);
ApiCall create_volume_call(const VolumeSpec& spec);
ApiCall delete_volume_call(const VolumeId& volume);
ApiCall describe_volume_changes_call(const std::vector<Filter>& filters, const Page& page);
ApiCall grow_volume_call(const VolumeId& volume, int size_gib);
ApiCall attach_volume_call(const VolumeId& volume, const InstanceId& instance,
                           const std::string& device);
ApiCall detach_volume_call(const VolumeId& volume, const InstanceId& instance);
ApiCall replace_root_call(const ReplaceRootSpec& spec);
ApiCall delete_tags_call(const std::vector<std::string>& resource_ids,
                         const std::vector<std::string>& keys);
ApiCall create_tags_call(const std::vector<std::string>& resource_ids, const Tags& tags);
ApiCall set_delete_on_termination_call(const InstanceId& instance, const std::string& device,
                                       bool value);
ApiCall describe_interfaces_call(const std::vector<Filter>& filters, const Page& page);
ApiCall create_interface_call(const InterfaceSpec& spec);
ApiCall delete_interface_call(const InterfaceId& id);
ApiCall associate_address_call(const AssociateAddressSpec& spec);
ApiCall disassociate_address_call(const AssociationId& association);
// The latest output exists on Nitro only; the other one lags by minutes.
enum class Console { latest, posted };
ApiCall console_output_call(const InstanceId& instance, Console which);
ApiCall get_parameter_call(const std::string& name);
ApiCall caller_identity_call();

}  // namespace ec2spotter::aws
