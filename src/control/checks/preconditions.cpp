#include "control/checks/preconditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "control/act/places.hpp"
#include "control/checks/hardware.hpp"
#include "control/checks/quota.hpp"
#include "control/pools/type_catalogue.hpp"

namespace ec2spotter {
namespace {

constexpr const char* kSpotRole = "AWSServiceRoleForEC2Spot";
constexpr const char* kFleetRole = "AWSServiceRoleForEC2Fleet";

Finding check_role(aws::Account& account, const std::string& role, const std::string& service) {
  auto found = account.has_role(role);
  if (!found) return not_seen("service_role", found.error());
  if (*found) return ok("service_role", "the account has " + role);
  return warning("service_role",
                 "the account does not have " + role +
                     " yet: EC2 makes it at the first launch only "
                     "for a caller with the right iam:CreateServiceLinkedRole",
                 "aws iam create-service-linked-role --aws-service-name " + service);
}

Result<std::vector<std::string>> zones_of(const CheckSubject& subject) {
  std::set<std::string> zones;
  if (subject.root != nullptr) zones.insert(subject.root->zone);
  for (const std::string& zone : subject.machine.zones) {
    if (zone != kAnyZone) {
      zones.insert(zone);
      continue;
    }
    TRY(const auto all, subject.ec2.describe_zones());
    for (const aws::Zone& each : all) zones.insert(each.name);
  }
  return std::vector<std::string>(zones.begin(), zones.end());
}

Result<std::vector<std::string>> types_in(const CheckSubject& subject, const std::string& zone) {
  if (!subject.machine.requirements) return subject.machine.types;
  TypeCatalogue catalogue;
  catalogue.refresh(subject.ec2, subject.machine.requirements->architecture, zone, subject.now);
  return catalogue.matching(subject.machine, zone);
}

Result<std::set<std::string>> offered_in(const CheckSubject& subject, const std::string& zone) {
  TRY(const auto offered, subject.ec2.describe_type_offerings(zone));
  return std::set<std::string>(offered.begin(), offered.end());
}

// The types of the machine in all zones; their offers as findings.
std::set<std::string> look_at_types(const CheckSubject& subject,
                                    const std::vector<std::string>& zones,
                                    std::vector<Finding>& findings) {
  std::set<std::string> all;
  for (const std::string& zone : zones) {
    const auto wanted = types_in(subject, zone);
    const auto offered = wanted ? offered_in(subject, zone) : fail(wanted.error());
    if (!offered) {
      findings.push_back(not_seen("types", offered.error()));
      continue;
    }
    all.insert(wanted->begin(), wanted->end());
    append(check_offers(*wanted, {{zone, *offered}}), findings);
  }
  return all;
}

void look_at_image(const CheckSubject& subject, const std::vector<aws::TypeHardware>& types,
                   std::vector<Finding>& findings) {
  auto id = resolve_image(subject.machine.image, subject.ec2);
  auto images = id ? subject.account.image_hardware(*id) : fail(id.error());
  const bool is_there = images && !images->empty();
  if (is_there) return append(check_hardware(images->front(), types), findings);
  if (!images && images.error().code == Errc::unauthorized) {
    findings.push_back(not_seen("image", images.error()));
    return;
  }
  findings.push_back(problem("image",
                             "the image " + subject.machine.image + " cannot be had" +
                                 (images ? "" : ": " + images.error().describe()),
                             "name an image of this region in the machine file"));
}

Finding check_room(const aws::SubnetRoom& subnet, const std::string& zone) {
  const std::string what = fmt::format("{} of {} has {} free addresses", subnet.id.str(),
                                       subnet.zone, subnet.free_addresses);
  if (subnet.zone != zone) {
    return problem("subnet",
                   fmt::format("{} is in {}, not in {}", subnet.id.str(), subnet.zone, zone),
                   "name a subnet of " + zone + " in the machine file");
  }
  if (subnet.free_addresses == 0) {
    return problem("subnet", what + ": EC2 cannot launch there",
                   "free addresses, or name another subnet of " + zone + " in the machine file");
  }
  return ok("subnet", what);
}

// The subnet that the file names, or the zone's default one.
std::vector<aws::Filter> subnet_filters(const std::optional<SubnetId>& named,
                                        const std::string& zone) {
  if (named) return {{"subnet-id", {named->str()}}};
  return {{"availability-zone", {zone}}, {"default-for-az", {"true"}}};
}

Finding check_subnet(const CheckSubject& subject, const std::string& zone) {
  const auto chosen = subnet_in(subject.machine, zone, subject.ec2);
  if (!chosen && chosen.error().code == Errc::invalid) {
    return problem("subnet", chosen.error().message,
                   "name one subnet for each zone in the machine file");
  }
  if (!chosen) return not_seen("subnet", chosen.error());
  const auto rooms = subject.account.subnet_rooms(subnet_filters(*chosen, zone));
  if (!rooms) return not_seen("subnet", rooms.error());
  if (!rooms->empty()) return check_room(rooms->front(), zone);
  const std::string cure = "name a subnet of " + zone + " in the machine file";
  if (*chosen) return problem("subnet", "the subnet " + (*chosen)->str() + " does not exist", cure);
  return problem("subnet", zone + " has no default subnet, and the machine file names none", cure);
}

// The vCPUs of the region's instances, by the quota that counts them.
Result<std::map<std::string, int>> vcpus_in_use(const CheckSubject& subject) {
  TRY(const auto instances,
      subject.ec2.describe_instances({}, {{"instance-state-name", {"pending", "running"}}}));
  std::set<std::string> names;
  for (const Instance& each : instances) names.insert(each.type);
  TRY(const auto types, subject.account.type_hardware({names.begin(), names.end()}));
  std::map<std::string, int> vcpus;
  for (const aws::TypeHardware& type : types) vcpus[type.name] = type.vcpus;
  std::map<std::string, int> used;
  for (const Instance& each : instances) {
    used[quota_code(each.type, each.market)] += vcpus[each.type];
  }
  return used;
}

// One use for each quota that counts the machine's instances.
std::map<std::string, QuotaUse> quotas_of(const Machine& machine,
                                          const std::vector<aws::TypeHardware>& types) {
  std::map<std::string, QuotaUse> uses;
  for (const Market market : machine.markets) {
    for (const aws::TypeHardware& type : types) {
      const std::string code = quota_code(type.name, market);
      if (code.empty()) continue;
      QuotaUse& use = uses[code];
      if (!use.smallest_type.empty() && use.smallest <= type.vcpus) continue;
      use.market = market;
      use.code = code;
      use.smallest_type = type.name;
      use.smallest = type.vcpus;
    }
  }
  return uses;
}

void look_at_quotas(const CheckSubject& subject, const std::vector<aws::TypeHardware>& types,
                    std::vector<Finding>& findings) {
  auto uses = quotas_of(subject.machine, types);
  if (uses.empty()) return;
  const auto used = vcpus_in_use(subject);
  if (!used) {
    findings.push_back(not_seen("quota", used.error()));
    return;
  }
  for (auto& [code, use] : uses) {
    const auto limit = subject.account.ec2_quota(code);
    if (!limit) {
      findings.push_back(not_seen("quota", limit.error()));
      continue;
    }
    use.limit = static_cast<int>(*limit);
    const auto found = used->find(code);
    use.used = found == used->end() ? 0 : found->second;
    const Instance* own = subject.instance;
    if (own != nullptr && quota_code(own->type, own->market) == code) {
      const auto type = std::find_if(types.begin(), types.end(),
                                     [&](const auto& each) { return each.name == own->type; });
      use.own = type == types.end() ? 0 : std::min(type->vcpus, use.used);
    }
    findings.push_back(check_quota(use));
  }
}

bool stops_its_instances(Engine engine) {
  return engine == Engine::swap || engine == Engine::automatic;
}

bool replaces_roots(Engine engine) {
  return engine == Engine::replace || engine == Engine::automatic;
}

aws::RightsSubject rights_subject(const CheckSubject& subject) {
  const Machine& machine = subject.machine;
  aws::RightsSubject rights{
      .root = subject.root->id, .root_tags = subject.root->tags, .device = machine.device};
  std::erase_if(rights.root_tags,
                [](const auto& each) { return !each.first.starts_with("ec2spotter:"); });
  const bool holds_root =
      subject.instance != nullptr &&
      std::any_of(subject.root->attachments.begin(), subject.root->attachments.end(),
                  [&](const Attachment& each) { return each.instance == subject.instance->id; });
  if (holds_root) rights.instance = subject.instance->id;
  for (const Attachment& each : subject.root->attachments) rights.device = each.device;
  if (subject.seen.address) rights.address = subject.seen.address->id;
  rights.replaces = replaces_roots(machine.engine);
  rights.stops = stops_its_instances(machine.engine);
  rights.restarts = machine.on_unhealthy == OnUnhealthy::restart;
  rights.snapshots = machine.snapshot_every.has_value() || may_move(machine);
  return rights;
}

}  // namespace

std::vector<Finding> check_service_roles(aws::Account& account, bool uses_fleets) {
  std::vector<Finding> findings{check_role(account, kSpotRole, "spot.amazonaws.com")};
  if (uses_fleets) {
    findings.push_back(check_role(account, kFleetRole, "ec2fleet.amazonaws.com"));
  }
  return findings;
}

std::vector<Finding> check_launch_needs(const CheckSubject& subject) {
  std::vector<Finding> findings;
  const auto zones = zones_of(subject);
  if (!zones) return {not_seen("zones", zones.error())};
  const auto names = look_at_types(subject, *zones, findings);
  const auto types = subject.account.type_hardware({names.begin(), names.end()});
  if (types) {
    look_at_image(subject, *types, findings);
    look_at_quotas(subject, *types, findings);
  } else {
    findings.push_back(not_seen("hardware", types.error()));
  }
  for (const std::string& zone : *zones) findings.push_back(check_subnet(subject, zone));
  return findings;
}

std::vector<Finding> check_rights(const CheckSubject& subject) {
  if (subject.root == nullptr) return {};
  std::vector<Finding> findings;
  std::string allowed;
  for (const aws::RightTried& tried : subject.account.try_rights(rights_subject(subject))) {
    if (tried.answer) {
      allowed += (allowed.empty() ? "" : ", ") + tried.action;
    } else if (tried.answer.error().code == Errc::unauthorized) {
      findings.push_back(problem("rights", tried.action + ": " + tried.answer.error().describe(),
                                 "allow ec2:" + tried.action));
    }
    // Any other answer is about the state of what the call names, and tells nothing of rights.
  }
  if (!allowed.empty()) findings.push_back(ok("rights", "EC2 allows " + allowed));
  return findings;
}

std::vector<Finding> check_encryption(const CheckSubject& subject) {
  if (subject.root == nullptr) return {};
  const std::string& key = subject.root->kms_key;
  if (!key.empty()) return {ok("encryption", "the root is encrypted under " + key)};
  const auto by_default = subject.account.encrypts_by_default();
  if (!by_default) return {not_seen("encryption", by_default.error())};
  if (!*by_default) return {ok("encryption", "the root is not encrypted, and need not be")};
  if (subject.machine.engine == Engine::replace) {
    return {problem("encryption",
                    "the account encrypts each new volume, so EC2 does not replace an instance's "
                    "root disk by this root, which is not encrypted",
                    "write engine = \"auto\" or \"swap\" in the machine file")};
  }
  return {ok("encryption",
             "the root is not encrypted; the account encrypts each new volume, so that the engine "
             "replace cannot be used")};
}

}  // namespace ec2spotter
