// One pure function per action: the body of a successful reply in, our types out.
// Every function's error is malformed_reply: not XML, another root element, a member without which
// the value means nothing missing, or an invalid number or time. Unknown members are ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/ec2.hpp"
#include "aws/wire/ec2/page.hpp"

namespace ec2spotter::aws {

Result<PageOf<Volume>> parse_describe_volumes(std::string_view body);
Result<PageOf<Instance>> parse_describe_instances(std::string_view body);
Result<PageOf<SpotRequest>> parse_describe_spot_requests(std::string_view body);
Result<PageOf<StatusChecks>> parse_describe_status(std::string_view body);
Result<PageOf<RootTask>> parse_describe_root_tasks(std::string_view body);
Result<PageOf<Snapshot>> parse_describe_snapshots(std::string_view body);
Result<PageOf<LaunchTemplate>> parse_describe_launch_templates(std::string_view body);
Result<PageOf<Address>> parse_describe_addresses(std::string_view body);
Result<PageOf<NetworkInterface>> parse_describe_interfaces(std::string_view body);
Result<PageOf<Image>> parse_describe_images(std::string_view body);
Result<PageOf<Subnet>> parse_describe_subnets(std::string_view body);
Result<PageOf<SecurityGroup>> parse_describe_security_groups(std::string_view body);

Result<PageOf<Fleet>> parse_describe_fleets(std::string_view body);

// A type without vCPUs or memory is malformed_reply; a usage class that is no market is left out.
Result<PageOf<InstanceType>> parse_describe_instance_types(std::string_view body);
// The names of the types alone.
Result<PageOf<std::string>> parse_describe_type_offerings(std::string_view body);

Result<PageOf<Zone>> parse_describe_zones(std::string_view body);

struct PriceChange {
  SpotPrice price;
  TimePoint at;  // in force since
  bool operator==(const PriceChange&) const = default;
};
// In the order of the reply. A price that is no positive number is malformed_reply.
Result<PageOf<PriceChange>> parse_spot_price_history(std::string_view body);
// A score outside 1 to 10 is malformed_reply.
Result<PageOf<PlacementScore>> parse_spot_placement_scores(std::string_view body);

// The instances of a RunInstances reply, at least one, in the order of their launch index. An index
// below 0 or one that comes twice is malformed_reply.
Result<std::vector<Instance>> parse_run_instances(std::string_view body);
Result<Snapshot> parse_create_snapshot(std::string_view body);
Result<SnapshotId> parse_copy_snapshot(std::string_view body);
Result<Volume> parse_create_volume(std::string_view body);
Result<PageOf<VolumeChange>> parse_describe_volume_changes(std::string_view body);
Result<VolumeChange> parse_grow_volume(std::string_view body);
Result<NetworkInterface> parse_create_interface(std::string_view body);
Result<FleetId> parse_create_fleet(std::string_view body);
// DeleteFleets of one fleet, which may be deleted already. Errors: internal, with EC2's words, when
// it is not deleted.
Result<void> parse_delete_fleet(std::string_view body);
Result<ConsoleOutput> parse_console_output(std::string_view body);
Result<std::string> parse_get_parameter(std::string_view body);
Result<CallerIdentity> parse_caller_identity(std::string_view body);

// For calls whose reply carries nothing else: the root element is `action`Response and its
// <return>, if any, is true.
Result<void> parse_acknowledgement(std::string_view body, std::string_view action);

}  // namespace ec2spotter::aws
