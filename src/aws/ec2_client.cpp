#include "aws/ec2_client.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "aws/account/account_client.hpp"
#include "aws/client_parts.hpp"
#include "aws/config/endpoints.hpp"
#include "aws/identity_client.hpp"
#include "aws/queue_client.hpp"
#include "aws/typed_calls.hpp"
#include "aws/wire/ec2/page_memory.hpp"
#include "aws/wire/ec2/replies.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::size_t kMaxTaggedResources = 1000;
constexpr Duration kClockWarning = std::chrono::minutes{4};

class RealEc2 final : public Ec2Client {
 public:
  // Of `how`, the region and the endpoint are those of the parts.
  RealEc2(Parts parts, const Clock& clock, CallerOptions how)
      : parts_(std::move(parts)),
        host_clock_(clock),
        clock_(clock),
        credentials_([this] { return load_credentials(); }, clock_),
        caller_options_(in_its_region(std::move(how))),
        calls_(caller_parts(), caller_options_) {}

  const std::string& region() const override { return parts_.region; }
  const Clock& clock() const override { return clock_; }
  Result<std::unique_ptr<EventQueue>> event_queue(const std::string& queue_url) override {
    TRY(std::string address,
        queue_endpoint(parts_.environment, parts_.profiles, queue_url, parts_.endpoint_url));
    return make_event_queue(caller_parts(), caller_options_, std::move(address), queue_url);
  }
  Result<std::unique_ptr<Identity>> identity() override {
    TRY_VOID(endpoint_of(Service::iam));
    CallerOptions options = caller_options_;
    options.region = identity_region(parts_.region);
    return make_identity(caller_parts(), std::move(options));
  }
  Result<std::unique_ptr<Account>> account() override {
    TRY_VOID(endpoint_of(Service::service_quotas));
    TRY(auto its_identity, identity());
    return make_account(caller_parts(), caller_options_, std::move(its_identity));
  }
  std::string configured_endpoint() const override {
    const auto address = endpoint_of(Service::ec2);
    const auto variant = endpoint_variant(parts_.environment, parts_.profiles);
    const bool public_one =
        !address || *address == public_endpoint(ServiceName::ec2, parts_.region, variant);
    return public_one ? std::string() : *address;
  }
  std::vector<std::string> take_warnings() override;

  Result<std::vector<Volume>> describe_volumes(const std::vector<VolumeId>& ids,
                                               const std::vector<Filter>& filters) override {
    return calls_.by_ids<Volume>(
        ids, filters, describe_volumes_call,
        [this](std::string_view body) { return volume_pages_.read(body, parse_describe_volumes); });
  }
  Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>& ids,
                                                   const std::vector<Filter>& filters) override {
    return calls_.by_ids<Instance>(ids, filters, describe_instances_call,
                                   [this](std::string_view body) {
                                     return instance_pages_.read(body, parse_describe_instances);
                                   });
  }
  Result<std::vector<SpotRequest>> describe_spot_requests(
      const std::vector<Filter>& filters) override {
    return calls_.by_filters<SpotRequest>(filters, describe_spot_requests_call,
                                          parse_describe_spot_requests);
  }
  Result<std::vector<StatusChecks>> describe_status(const std::vector<InstanceId>& ids,
                                                    const std::vector<Filter>& filters) override {
    return calls_.by_ids<StatusChecks>(ids, filters, describe_status_call, parse_describe_status);
  }
  Result<std::vector<RootTask>> describe_root_tasks(const std::vector<Filter>& filters) override {
    return calls_.by_filters<RootTask>(filters, describe_root_tasks_call,
                                       parse_describe_root_tasks);
  }
  Result<std::vector<Address>> describe_addresses(const std::vector<Filter>& filters) override {
    return calls_.pages<Address>([&](const Page&) { return describe_addresses_call(filters); },
                                 parse_describe_addresses);
  }
  Result<std::vector<NetworkInterface>> describe_interfaces(
      const std::vector<Filter>& filters) override {
    return calls_.by_filters<NetworkInterface>(filters, describe_interfaces_call,
                                               parse_describe_interfaces);
  }
  Result<std::vector<Image>> describe_images(const std::vector<ImageId>& ids,
                                             const std::vector<Filter>& filters) override {
    return calls_.by_ids<Image>(ids, filters, describe_images_call, parse_describe_images);
  }
  Result<std::vector<Subnet>> describe_subnets(const std::vector<Filter>& filters) override {
    return calls_.by_filters<Subnet>(filters, describe_subnets_call, parse_describe_subnets);
  }
  Result<std::vector<SecurityGroup>> describe_security_groups(
      const std::vector<Filter>& filters) override {
    return calls_.by_filters<SecurityGroup>(filters, describe_security_groups_call,
                                            parse_describe_security_groups);
  }
  Result<std::vector<Snapshot>> describe_snapshots(const std::vector<Filter>& filters) override {
    return calls_.by_filters<Snapshot>(filters, describe_snapshots_call, parse_describe_snapshots);
  }
  Result<std::vector<VolumeChange>> describe_volume_changes(
      const std::vector<Filter>& filters) override {
    return calls_.by_filters<VolumeChange>(filters, describe_volume_changes_call,
                                           parse_describe_volume_changes);
  }
  Result<std::vector<LaunchTemplate>> describe_launch_templates(
      const std::vector<Filter>& filters) override {
    return calls_.by_filters<LaunchTemplate>(filters, describe_launch_templates_call,
                                             parse_describe_launch_templates);
  }

  Result<std::vector<Fleet>> describe_fleets() override {
    return calls_.pages<Fleet>(describe_fleets_call, parse_describe_fleets);
  }

  Result<std::vector<InstanceType>> describe_instance_types(Architecture architecture) override {
    return calls_.pages<InstanceType>(
        [&](const Page& page) { return describe_instance_types_call(architecture, page); },
        parse_describe_instance_types);
  }
  Result<std::vector<std::string>> describe_type_offerings(const std::string& zone) override {
    return calls_.pages<std::string>(
        [&](const Page& page) { return describe_type_offerings_call(zone, page); },
        parse_describe_type_offerings);
  }

  Result<std::vector<Zone>> describe_zones() override {
    return calls_.pages<Zone>([](const Page&) { return describe_zones_call(); },
                              parse_describe_zones);
  }
  Result<std::vector<SpotPrice>> describe_spot_prices(const std::vector<std::string>& types,
                                                      const std::string& zone) override;
  Result<std::vector<PlacementScore>> spot_placement_scores(
      const std::string& instance_type) override {
    return calls_.pages<PlacementScore>(
        [&](const Page& page) {
          return spot_placement_scores_call(instance_type, parts_.region, page);
        },
        parse_spot_placement_scores);
  }

  Result<std::vector<Instance>> run_instances(const RunInstancesSpec& spec) override;
  Result<void> check_launch(const RunInstancesSpec& spec) override;
  Result<void> create_launch_template(const LaunchTemplateSpec& spec) override {
    TRY(const ApiCall call, create_launch_template_call(spec));
    return calls_.acknowledged(call);
  }
  Result<void> create_record(const std::string& name, const Tags& tags) override {
    return calls_.acknowledged(create_record_call(name, tags));
  }
  Result<void> delete_launch_template(const LaunchTemplateId& id) override {
    return calls_.acknowledged(delete_launch_template_call(id));
  }
  Result<FleetId> create_fleet(const FleetSpec& spec) override {
    TRY(const ApiCall call, create_fleet_call(spec));
    return calls_.one<FleetId>(call, parse_create_fleet);
  }
  Result<void> delete_fleet(const FleetId& id) override {
    const ApiCall call = delete_fleet_call(id);
    TRY(const std::string body, calls_.ask(call));
    auto deleted = parse_delete_fleet(body);
    if (!deleted) return fail(with_context(std::move(deleted).error(), call.action));
    return {};
  }
  Result<void> terminate_instance(const InstanceId& instance) override {
    return calls_.acknowledged(terminate_instance_call(instance));
  }
  Result<void> stop_instance(const InstanceId& instance) override {
    return calls_.acknowledged(stop_instance_call(instance));
  }
  Result<void> shut_down_instance(const InstanceId& instance) override {
    return calls_.acknowledged(shut_down_instance_call(instance));
  }
  Result<void> reboot_instance(const InstanceId& instance) override {
    return calls_.acknowledged(reboot_instance_call(instance));
  }
  Result<void> start_instance(const InstanceId& instance) override {
    return calls_.acknowledged(start_instance_call(instance));
  }
  Result<void> cancel_spot_request(const SpotRequestId& request) override {
    return calls_.acknowledged(cancel_spot_request_call(request));
  }
  Result<Snapshot> create_snapshot(const SnapshotSpec& spec) override {
    return calls_.one<Snapshot>(create_snapshot_call(spec), parse_create_snapshot);
  }
  Result<SnapshotId> copy_snapshot(const SnapshotCopySpec& spec) override {
    TRY(const Credentials credentials, credentials_.get());
    TRY(const std::string url, presigned_copy(spec, parts_, credentials, clock_.now()));
    return calls_.one<SnapshotId>(copy_snapshot_call(spec, parts_.region, url),
                                  parse_copy_snapshot);
  }
  Result<void> delete_snapshot(const SnapshotId& id) override {
    return calls_.acknowledged(delete_snapshot_call(id));
  }
  Result<Volume> create_volume(const VolumeSpec& spec) override {
    return calls_.one<Volume>(create_volume_call(spec), parse_create_volume);
  }
  Result<VolumeChange> grow_volume(const VolumeId& volume, int size_gib) override {
    return calls_.one<VolumeChange>(grow_volume_call(volume, size_gib), parse_grow_volume);
  }
  Result<void> delete_volume(const VolumeId& volume) override {
    return calls_.acknowledged(delete_volume_call(volume));
  }
  Result<void> attach_volume(const VolumeId& volume, const InstanceId& instance,
                             const std::string& device) override {
    return calls_.acknowledged(attach_volume_call(volume, instance, device));
  }
  Result<void> detach_volume(const VolumeId& volume, const InstanceId& instance) override {
    return calls_.acknowledged(detach_volume_call(volume, instance));
  }
  Result<void> replace_root(const ReplaceRootSpec& spec) override {
    return calls_.acknowledged(replace_root_call(spec));
  }
  Result<void> create_tags(const std::vector<std::string>& resource_ids, const Tags& tags) override;
  Result<void> delete_tags(const std::vector<std::string>& resource_ids,
                           const std::vector<std::string>& keys) override {
    return calls_.acknowledged(delete_tags_call(resource_ids, keys));
  }
  Result<void> set_delete_on_termination(const InstanceId& instance, const std::string& device,
                                         bool value) override {
    return calls_.acknowledged(set_delete_on_termination_call(instance, device, value));
  }
  Result<NetworkInterface> create_interface(const InterfaceSpec& spec) override {
    return calls_.one<NetworkInterface>(create_interface_call(spec), parse_create_interface);
  }
  Result<void> delete_interface(const InterfaceId& id) override {
    return calls_.acknowledged(delete_interface_call(id));
  }
  Result<void> associate_address(const AssociateAddressSpec& spec) override {
    return calls_.acknowledged(associate_address_call(spec));
  }
  Result<void> disassociate_address(const AssociationId& association) override {
    return calls_.acknowledged(disassociate_address_call(association));
  }
  Result<ConsoleOutput> console_output(const InstanceId& instance) override;
  Result<std::string> parameter(const std::string& name) override {
    return calls_.one<std::string>(get_parameter_call(name), parse_get_parameter);
  }
  Result<CallerIdentity> caller_identity() override {
    return calls_.one<CallerIdentity>(caller_identity_call(), parse_caller_identity);
  }
  Result<Ec2*> in_region(const std::string& region) override;

 private:
  CallerOptions in_its_region(CallerOptions how) {
    how.region = parts_.region;
    how.endpoint = [this](Service service) { return endpoint_of(service); };
    return how;
  }
  CallerParts caller_parts() { return {*parts_.http, clock_, credentials_, *parts_.sleeper}; }

  Result<std::string> endpoint_of(Service service) const {
    return endpoint(parts_.environment, parts_.profiles, service_name(service), parts_.region,
                    parts_.endpoint_url);
  }

  Result<Credentials> load_credentials() {
    const SourceContext context{parts_.environment, parts_.profiles, *parts_.http, clock_,
                                parts_.region};
    return find_credentials(context, parts_.chain, warnings_);
  }

  Parts parts_;
  const Clock& host_clock_;
  CorrectedClock clock_;
  CachingProvider credentials_;
  CallerOptions caller_options_;
  TypedCalls calls_;
  PageMemory<Volume> volume_pages_;
  PageMemory<Instance> instance_pages_;
  std::vector<std::string> warnings_;
  std::vector<std::string> given_warnings_;
  std::map<std::string, std::unique_ptr<RealEc2>> other_regions_;
};

// An address that the user has set for one region does not serve another one.
Result<Ec2*> RealEc2::in_region(const std::string& region) {
  if (region == parts_.region) return this;
  if (const auto known = other_regions_.find(region); known != other_regions_.end()) {
    return known->second.get();
  }
  const std::string configured = configured_endpoint();
  if (configured.find(parts_.region) != std::string::npos) {
    return fail(Errc::invalid, "the address " + configured + " is EC2's in " + parts_.region +
                                   ", and EC2 in " + region +
                                   " is needed as well; set no address, or one for all regions");
  }
  Parts parts = parts_;
  parts.region = region;
  auto made = std::make_unique<RealEc2>(std::move(parts), host_clock_, caller_options_);
  TRY_VOID(made->endpoint_of(Service::ec2));
  return other_regions_.emplace(region, std::move(made)).first->second.get();
}

// If a price changes during the call, the reply has the old and the new one, in any order.
Result<std::vector<SpotPrice>> RealEc2::describe_spot_prices(const std::vector<std::string>& types,
                                                             const std::string& zone) {
  if (types.empty()) return std::vector<SpotPrice>{};
  const TimePoint now = clock_.now();
  TRY(const auto changes,
      calls_.pages<PriceChange>(
          [&](const Page& page) { return spot_price_history_call(types, zone, now, page); },
          parse_spot_price_history));
  std::map<std::pair<std::string, std::string>, PriceChange> newest;
  for (const PriceChange& change : changes) {
    const auto [known, is_new] =
        newest.try_emplace({change.price.instance_type, change.price.zone}, change);
    if (!is_new && change.at > known->second.at) known->second = change;
  }
  std::vector<SpotPrice> prices;
  prices.reserve(newest.size());
  for (const auto& [pool, change] : newest) prices.push_back(change.price);
  return prices;
}

Result<std::vector<Instance>> RealEc2::run_instances(const RunInstancesSpec& spec) {
  TRY(const ApiCall call, run_instances_call(spec));
  TRY(auto launched, calls_.one<std::vector<Instance>>(call, parse_run_instances));
  const int last = launched.back().launch_index;
  if (last >= spec.count) {
    return fail(Errc::malformed_reply, "RunInstances was asked to launch " +
                                           std::to_string(spec.count) + " and launched number " +
                                           std::to_string(last + 1));
  }
  return launched;
}

Result<void> RealEc2::check_launch(const RunInstancesSpec& spec) {
  TRY(ApiCall call, run_instances_call(spec));
  call.params.add_bool("DryRun", true);
  auto body = calls_.ask(call);
  if (body || body.error().api_code == "DryRunOperation") return {};
  return fail(std::move(body).error());
}

Result<void> RealEc2::create_tags(const std::vector<std::string>& resource_ids, const Tags& tags) {
  if (resource_ids.empty() || tags.empty()) return {};
  if (resource_ids.size() > kMaxTaggedResources) {
    return fail(Errc::invalid, "EC2 tags at most 1000 resources in one call");
  }
  return calls_.acknowledged(create_tags_call(resource_ids, tags));
}

Result<ConsoleOutput> RealEc2::console_output(const InstanceId& instance) {
  auto latest = calls_.one<ConsoleOutput>(console_output_call(instance, Console::latest),
                                          parse_console_output);
  if (latest || latest.error().api_code != "UnsupportedOperation") return latest;
  return calls_.one<ConsoleOutput>(console_output_call(instance, Console::posted),
                                   parse_console_output);
}

std::vector<std::string> RealEc2::take_warnings() {
  if (std::chrono::abs(clock_.offset()) > kClockWarning) {
    warnings_.push_back(
        "this machine's clock is more than four minutes off AWS's; requests are "
        "signed with AWS's time, but set the clock (NTP)");
  }
  std::vector<std::string> fresh;
  for (auto& warning : warnings_) {
    const auto given = std::find(given_warnings_.begin(), given_warnings_.end(), warning);
    if (given != given_warnings_.end()) continue;
    given_warnings_.push_back(warning);
    fresh.push_back(std::move(warning));
  }
  warnings_.clear();
  return fresh;
}

}  // namespace

Result<std::unique_ptr<Ec2Client>> make_ec2(Ec2Options options, const Environment& environment,
                                            const Clock& clock) {
  TRY(Parts parts, gather_parts(options, environment));
  CallerOptions how;
  how.deadline = options.deadline;
  how.reading_deadline = options.reading_deadline;
  how.jitter_seed = options.jitter_seed ? *options.jitter_seed : std::random_device{}();
  how.on_reply = std::move(options.on_reply);
  return std::make_unique<RealEc2>(std::move(parts), clock, std::move(how));
}

}  // namespace ec2spotter::aws
