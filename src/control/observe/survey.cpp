#include "control/observe/survey.hpp"

#include <algorithm>
#include <functional>

#include "base/broken_rule.hpp"
#include "control/observe/belongings/data_volumes.hpp"
#include "control/observe/belongings/interfaces.hpp"
#include "control/observe/belongings/own_snapshots.hpp"
#include "control/observe/fingerprint.hpp"
#include "control/observe/pieces.hpp"
#include "control/tags/batch_tags.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/spot_status.hpp"
#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

using aws::Filter;

// So many resources come in one reply. Source: EC2 API reference, "Paginate Amazon EC2 API
// responses".
constexpr std::size_t kPage = 1000;

// EC2 itself checks once a minute. Source: EC2 user guide, "Status checks for your instances".
constexpr Duration kChecksEvery = std::chrono::minutes(1);

const std::string kFleetTag(tag::kFleetId);

// Volumes that are roots, or made to become one.
Filter of_roots() {
  return tag_filter(tag::kRole, {std::string(tag::kRoleRoot), std::string(tag::kRoleNext)});
}

// The states of a request whose instance is under notice.
Filter notice_filter() { return {"status-code", {kMarkedCodes.begin(), kMarkedCodes.end()}}; }

// A request that a fleet made has none of our tags: it is found by its instance.
Result<void> read_notices_of_fleets(aws::Ec2& ec2, const std::vector<Instance>& bodies,
                                    std::vector<SpotRequest>& requests) {
  std::vector<std::string> ids;
  for (const Instance& body : bodies) {
    if (is_live(body) && body.tags.contains(kFleetTag)) ids.push_back(body.id.str());
  }
  return in_pieces("instance-id", ids, requests, [&](Filter by_instance) {
    return ec2.describe_spot_requests({std::move(by_instance), notice_filter()});
  });
}

}  // namespace

std::vector<Filter> Survey::ours() const {
  std::vector<Filter> filters{tag_filter(tag::kOwner, breaks_rule(4) ? "*" : owner_.str())};
  if (only_) filters.push_back(tag_filter(tag::kMachine, name_patterns(*only_)));
  return filters;
}

void Survey::note(Result<void> reading) {
  if (!reading) troubles_.push_back(std::move(reading).error());
}

Result<void> Survey::read_bodies(aws::Ec2& ec2) {
  TRY(auto instances, ec2.describe_instances({}, ours()));
  auto requests = find_requests(ec2, instances);
  if (requests) {
    requests_ = std::move(*requests);
  } else {
    troubles_.push_back(std::move(requests).error());
  }
  note(read_root_tasks(ec2, instances));
  bodies_.clear();
  owners_of_bodies_.clear();
  for (Instance& body : instances) {
    take_own_names(body);
    const std::string machine = tag::value(body.tags, tag::kMachine);
    if (only_ && machine != only_->str()) continue;
    owners_of_bodies_.emplace(body.id, machine);
    bodies_[machine].instances.push_back(std::move(body));
  }
  for (const SpotRequest& request : requests_) {
    const auto machine = machine_of(request.instance);
    // The tags of a request without an instance show whose it is.
    const std::string owner = machine ? machine->str() : tag::value(request.tags, tag::kMachine);
    if (!owner.empty()) bodies_[owner].requests.push_back(request);
  }
  for (const RootTask& task : root_tasks_) {
    if (const auto machine = machine_of(task.instance)) {
      bodies_[machine->str()].root_tasks.push_back(task);
    }
  }
  return {};
}

Result<std::vector<SpotRequest>> Survey::find_requests(aws::Ec2& ec2,
                                                       const std::vector<Instance>& bodies) const {
  auto filters = ours();
  filters.push_back(notice_filter());
  TRY(auto requests, ec2.describe_spot_requests(filters));
  TRY_VOID(read_stoppable(ec2, bodies, requests));
  TRY_VOID(read_notices_of_fleets(ec2, bodies, requests));
  return requests;
}

// Bodies that are stopped have persistent requests; each of their states counts.
Result<void> Survey::read_stoppable(aws::Ec2& ec2, const std::vector<Instance>& bodies,
                                    std::vector<SpotRequest>& requests) const {
  const bool any = std::any_of(bodies.begin(), bodies.end(), [](const Instance& body) {
    return body.market == Market::spot && is_for(body, Engine::swap);
  });
  if (!any) return {};
  auto filters = ours();
  filters.push_back({"type", {"persistent"}});
  filters.push_back({"state", {"open", "active", "disabled"}});
  TRY(auto found, ec2.describe_spot_requests(filters));
  const auto is_known = [&](const SpotRequest& request) {
    return std::any_of(requests.begin(), requests.end(),
                       [&](const SpotRequest& known) { return known.id == request.id; });
  };
  std::copy_if(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()),
               std::back_inserter(requests), std::not_fn(is_known));
  return {};
}

// One that is up has no task that matters any more.
Result<void> Survey::read_root_tasks(aws::Ec2& ec2, const std::vector<Instance>& bodies) {
  std::vector<std::string> ids;
  for (const Instance& body : bodies) {
    if (may_have_root_task(body)) ids.push_back(body.id.str());
  }
  std::vector<RootTask> found;
  TRY_VOID(in_pieces("instance-id", ids, found, [&](Filter by_instance) {
    return ec2.describe_root_tasks({std::move(by_instance)});
  }));
  root_tasks_ = std::move(found);
  return {};
}

Result<std::vector<Volume>> Survey::find_adopted(
    aws::Ec2& ec2, const std::vector<const Machine*>& machines) const {
  // Does naming them take more calls than one sweep over all roots?
  if (machines.size() / kFilterValues > 1 + bodies_.size() / kPage) {
    return ec2.describe_volumes({}, {tag_filter(tag::kOwner, owner_.str()), of_roots()});
  }
  std::vector<std::string> names;
  names.reserve(machines.size());
  for (const Machine* machine : machines) names.push_back(machine->name.str());
  std::vector<Volume> found;
  TRY_VOID(in_pieces(tag_filter_name(tag::kMachine), names, found, [&](Filter by_name) {
    return ec2.describe_volumes(
        {}, {tag_filter(tag::kOwner, owner_.str()), of_roots(), std::move(by_name)});
  }));
  return found;
}

void Survey::read_roots(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  if (machines.empty()) return;
  note(read_volumes(ec2, machines));
  note(read_interfaces(ec2, machines));
  note(read_addresses(ec2, machines));
  note(read_snapshots(ec2, machines));
  note(read_data_volumes(ec2, machines));
  const bool wanted = std::any_of(machines.begin(), machines.end(), [&](const Machine* machine) {
    return may_have_fleets(*machine);
  });
  // EC2 has no filter for the tags of fleets, so that all of a region would be read in each turn.
  if (wanted) note(read_fleets(ec2));
  if (!wanted) fleets_.clear();
}

bool Survey::is_known(const Machine& machine) const {
  const bool data_known = machine.data_volumes.empty() || data_.contains(machine.name.str());
  return data_known && roots_.contains(machine.name.str()) &&
         (fleets_known_ || !may_have_fleets(machine));
}

Result<void> Survey::read_volumes(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  TRY(const auto adopted, find_adopted(ec2, machines));
  std::map<std::string, std::vector<Volume>> roots;
  for (const Volume& volume : adopted) {
    if (!breaks_rule(2)) roots[tag::value(volume.tags, tag::kMachine)].push_back(volume);
  }
  // What the file says is looked up where it is not the root already: the machine may have none, or
  // a retired one, or its file means another.
  std::vector<std::string> ids, names;
  for (const Machine* machine : machines) {
    const auto& own = roots[machine->name.str()];
    if (std::any_of(own.begin(), own.end(), [&](const Volume& volume) {
          return is_current_root(volume) && is_named_by(volume, *machine);
        })) {
      continue;
    }
    if (machine->volume.empty()) continue;
    if (machine->volume.id.empty()) {
      names.push_back(machine->volume.name_tag);
    } else {
      ids.push_back(machine->volume.id.str());
    }
  }
  std::vector<Volume> named;
  const auto read = [&](Filter filter) { return ec2.describe_volumes({}, {std::move(filter)}); };
  TRY_VOID(in_pieces("volume-id", ids, named, read));
  TRY_VOID(in_pieces(tag_filter_name(tag::kName), names, named, read));
  for (const Machine* machine : machines) {
    std::vector<Volume>& own = roots[machine->name.str()];
    std::copy_if(named.begin(), named.end(), std::back_inserter(own), [&](const Volume& volume) {
      return is_named_by(volume, *machine) &&
             std::none_of(own.begin(), own.end(),
                          [&](const Volume& known) { return known.id == volume.id; });
    });
    roots_[machine->name.str()] = std::move(own);
  }
  return {};
}

bool Survey::may_have_fleets(const Machine& machine) const {
  if (machine.unattended.value_or(false)) return true;
  const auto roots = roots_.find(machine.name.str());
  const auto bodies = bodies_.find(machine.name.str());
  return (roots != roots_.end() && std::any_of(roots->second.begin(), roots->second.end(),
                                               [](const Volume& root) {
                                                 return tag::is_set(root.tags, tag::kUnattended);
                                               })) ||
         (bodies != bodies_.end() &&
          std::any_of(bodies->second.instances.begin(), bodies->second.instances.end(),
                      [](const Instance& body) { return body.tags.contains(kFleetTag); }));
}

Result<void> Survey::read_fleets(aws::Ec2& ec2) {
  auto fleets = ec2.describe_fleets();
  fleets_known_ = fleets.has_value();
  if (!fleets) return fail(std::move(fleets).error());
  fleets_.clear();
  for (Fleet& fleet : *fleets) {
    if (tag::value(fleet.tags, tag::kOwner) != owner_.str()) continue;
    fleets_[tag::value(fleet.tags, tag::kMachine)].push_back(std::move(fleet));
  }
  return {};
}

Result<void> Survey::read_snapshots(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  std::vector<std::string> names;
  for (const Machine* machine : machines) {
    const auto roots = roots_.find(machine->name.str());
    if (roots == roots_.end() || !needs_snapshots(*machine, roots->second)) continue;
    names.push_back(machine->name.str());
  }
  TRY(auto found, find_snapshots(ec2, owner_, names));
  for (const Machine* machine : machines) snapshots_[machine->name.str()].clear();
  for (Snapshot& snapshot : found) {
    snapshots_[tag::value(snapshot.tags, tag::kMachine)].push_back(std::move(snapshot));
  }
  return {};
}

Result<void> Survey::read_data_volumes(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  TRY(auto found, find_data_volumes(ec2, owner_, machines));
  for (auto& [machine, volumes] : found) data_[machine] = std::move(volumes);
  return {};
}

Result<void> Survey::read_interfaces(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  std::vector<std::string> names;
  for (const Machine* machine : machines) {
    const auto roots = roots_.find(machine->name.str());
    if (roots == roots_.end() || !may_have_interfaces(*machine, roots->second)) continue;
    names.push_back(machine->name.str());
  }
  TRY(auto found, find_interfaces(ec2, owner_, names));
  for (const std::string& name : names) interfaces_[name].clear();
  for (NetworkInterface& each : found) {
    interfaces_[tag::value(each.tags, tag::kMachine)].push_back(std::move(each));
  }
  return {};
}

Result<void> Survey::read_addresses(aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  std::vector<std::string> ids, ips;
  for (const Machine* machine : machines) {
    if (machine->elastic_ip.empty()) continue;
    (machine->elastic_ip.starts_with("eipalloc-") ? ids : ips).push_back(machine->elastic_ip);
  }
  std::vector<Address> found;
  const auto read = [&](Filter filter) { return ec2.describe_addresses({std::move(filter)}); };
  TRY_VOID(in_pieces("allocation-id", ids, found, read));
  TRY_VOID(in_pieces("public-ip", ips, found, read));
  for (const Machine* machine : machines) {
    const auto own = std::find_if(found.begin(), found.end(), [&](const Address& address) {
      return address.id.str() == machine->elastic_ip || address.public_ip == machine->elastic_ip;
    });
    addresses_[machine->name.str()] =
        own == found.end() ? std::nullopt : std::optional<Address>(*own);
  }
  return {};
}

void Survey::read_checks(aws::Ec2& ec2, TimePoint now) {
  if (!only_ && now - checks_read_at_ < kChecksEvery && now >= checks_read_at_) return;
  checks_read_at_ = now;
  auto found = find_checks(ec2);
  if (!found) return note(fail(std::move(found).error()));
  checks_.clear();
  for (StatusChecks& checks : *found) {
    if (checks.impaired() && owners_of_bodies_.contains(checks.instance)) {
      checks_.emplace(checks.instance, std::move(checks));
    }
  }
}

Result<std::vector<StatusChecks>> Survey::find_checks(aws::Ec2& ec2) const {
  std::vector<StatusChecks> all;
  if (only_) {
    std::vector<InstanceId> running;
    for (const auto& [machine, bodies] : bodies_) {
      for (const Instance& body : bodies.instances) {
        if (body.state == InstanceState::running) running.push_back(body.id);
      }
    }
    return running.empty() ? Result<std::vector<StatusChecks>>(all)
                           : ec2.describe_status(running, {});
  }
  // Filters of different names must all match, so each check is asked for by itself.
  for (const char* check :
       {"system-status.status", "instance-status.status", "attached-ebs-status.status"}) {
    TRY(auto found, ec2.describe_status({}, {Filter{check, {"impaired"}}}));
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  return all;
}

Observation Survey::of(const Machine& machine, Memory& memory) const {
  Observation seen;
  seen.address_wanted = !machine.elastic_ip.empty();
  if (const auto own = roots_.find(machine.name.str()); own != roots_.end()) {
    seen.volumes = own->second;
  }
  if (const auto own = data_.find(machine.name.str()); own != data_.end()) {
    seen.data_volumes = own->second;
  }
  if (const auto own = bodies_.find(machine.name.str()); own != bodies_.end()) {
    seen.bodies = own->second.instances;
    seen.requests = own->second.requests;
    seen.root_tasks = own->second.root_tasks;
  }
  for (const Instance& body : seen.bodies) {
    memory.launched.erase(body.id);
    if (const auto found = checks_.find(body.id); found != checks_.end()) {
      seen.checks.insert(*found);
    }
  }
  for (const auto& [id, body] : memory.launched) seen.bodies.push_back(body);
  if (const auto own = snapshots_.find(machine.name.str()); own != snapshots_.end()) {
    seen.snapshots = own->second;
  }
  if (const auto own = fleets_.find(machine.name.str()); own != fleets_.end()) {
    seen.fleets = own->second;
  }
  if (const auto own = interfaces_.find(machine.name.str()); own != interfaces_.end()) {
    seen.interfaces = own->second;
  } else {
    seen.interfaces_unread = may_have_interfaces(machine, seen.volumes);
  }
  if (const auto own = addresses_.find(machine.name.str()); own != addresses_.end()) {
    seen.address = own->second;
  } else {
    seen.address_unread = seen.address_wanted;
  }
  return seen;
}

std::optional<MachineName> Survey::machine_of(const InstanceId& body) const {
  const auto found = owners_of_bodies_.find(body);
  return found == owners_of_bodies_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t Survey::fingerprint(const MachineName& machine) const {
  std::size_t hash = 0;
  const auto own = bodies_.find(machine.str());
  if (own == bodies_.end()) return hash;
  for (const Instance& body : own->second.instances) {
    mix(hash, body);
    mix(hash, checks_.contains(body.id) ? 1 : 0);
  }
  for (const SpotRequest& request : own->second.requests) {
    mix(hash, request.id.str());
    mix(hash, static_cast<std::size_t>(request.status));
  }
  for (const RootTask& task : own->second.root_tasks) {
    mix(hash, task.id.str());
    mix(hash, static_cast<std::size_t>(task.state));
  }
  return hash;
}

}  // namespace ec2spotter
