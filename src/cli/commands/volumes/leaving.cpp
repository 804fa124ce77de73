#include "cli/commands/volumes/leaving.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/volumes/ordering.hpp"
#include "control/act/places.hpp"
#include "control/pools/pool_check.hpp"
#include "model/text/zone.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

Result<const Machine*> check_region(const OpenMachine& open, const Move& options) {
  const std::string& region = options.region;
  const std::string& name = open.found.machine.name.str();
  if (!open.found.from_file) {
    return fail(Errc::invalid, "machine '" + name +
                                   "' has no file here, so nothing says with which " +
                                   "image it starts in " + region +
                                   "; give the path of its file, or its folder with --machines");
  }
  const Machine* there = machine_in(open.found.machine, region);
  if (there != nullptr) return there;
  return fail(Errc::invalid, "the file of machine '" + name + "' has no table [regions." + region +
                                 "]; add one, with the image of that region");
}

// Where the machine may be there, the first wish first.
Result<std::vector<std::string>> zones_of(const Machine& there, aws::Ec2& ec2) {
  if (!there.zone.empty()) return std::vector<std::string>{there.zone};
  std::vector<std::string> subnets = there.subnets;
  if (!there.subnet.empty()) subnets.push_back(there.subnet);
  std::vector<std::string> zones;
  if (!subnets.empty()) {
    TRY(const auto found, ec2.describe_subnets({{"subnet-id", subnets}}));
    for (const Subnet& subnet : found) zones.push_back(subnet.zone);
    return zones;
  }
  const bool any = std::find(there.zones.begin(), there.zones.end(), kAnyZone) != there.zones.end();
  if (!any && !there.zones.empty()) return there.zones;
  TRY(const auto found, ec2.describe_zones());
  for (const aws::Zone& zone : found) zones.push_back(zone.name);
  return zones;
}

bool offers_one(const std::vector<std::string>& offered, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::find_first_of(offered.begin(), offered.end(), wanted.begin(),
                                              wanted.end()) != offered.end();
}

// The zone that the user names; else the first one that has any of the machine's types.
Result<std::string> choose_zone(const Machine& there, const std::string& wished, aws::Ec2& ec2) {
  if (!wished.empty()) {
    TRY_VOID(check_zones({wished}, ec2));
    if (there.zone.empty() || there.zone == wished) return wished;
    return fail(Errc::invalid, "the table [regions." + there.region + "] says zone = \"" +
                                   there.zone + "\"; change that, or name zones instead");
  }
  TRY(const auto zones, zones_of(there, ec2));
  for (const std::string& zone : zones) {
    TRY(const auto offered, ec2.describe_type_offerings(zone));
    if (offers_one(offered, there.types)) return zone;
  }
  return fail(Errc::invalid, "no zone of " + there.region + " that the machine may be in has one " +
                                 "of its types; name others in the table [regions." + there.region +
                                 "]");
}

// What belongs to the region, for people.
std::string left_behind(const Machine& here, const Machine& there, const Observation& seen,
                        const Volume& root) {
  std::string text;
  if (!here.elastic_ip.empty()) {
    text += "; the Elastic IP " + here.elastic_ip + " stays in " + region_of_place(root.zone) +
            ", allocated and of no use to it, and its address becomes " +
            (there.elastic_ip.empty() ? "another one" : there.elastic_ip);
  }
  if (const NetworkInterface* kept = choose_interface(seen, root, root.zone)) {
    text += "; its private address " + kept->private_ip + " is given up";
  }
  if (is_unattended(here, root)) {
    text += "; its instances' role is for " + region_of_place(root.zone) +
            " alone until `ec2spotter --region " + there.region +
            " setup-role` is run with its file";
  }
  return text + "; its backups stay, and are not collected any more";
}

Result<void> check_consent(const Machine& here, const Machine& there, const Observation& seen,
                           const Volume& root, const std::string& zone, bool yes) {
  const std::string what =
      "machine '" + here.name.str() + "' moves from " + root.zone + " to " + zone +
      ": no instance waits there before the present one is left, so that it is away for the copy " +
      "and a boot" + left_behind(here, there, seen, root);
  if (!yes) return fail(Errc::refused, what + "; add --yes");
  fmt::print(stderr, "ec2spotter: {}\n", what);
  return {};
}

}  // namespace

Result<int> order_to_region(const OpenMachine& open, const Consideration& considered,
                            const Volume& root, const Move& options, const Controls& controls) {
  TRY(const Machine* there, check_region(open, options));
  const auto earlier = order_of(root);
  const bool under_way = earlier && region_of_place(earlier->zone) == options.region;
  if (under_way && (options.zone.empty() || options.zone == earlier->zone)) {
    return earlier->generation;
  }
  TRY(aws::Ec2 * ec2, controls.ec2.in_region(options.region));
  TRY_VOID(check_places(*there, *ec2));
  TRY(const std::string zone, choose_zone(*there, options.zone, *ec2));
  if (considered.goal == Goal::up) {
    const auto launchable = check_can_launch(*there, root.id, zone, *ec2);
    if (!launchable) {
      return fail(with_context(launchable.error(),
                               "EC2 would not launch the machine in " + options.region));
    }
  }
  const Machine& machine = open.found.machine;
  const Observation& seen = considered.look.seen;
  TRY_VOID(check_consent(machine, *there, seen, root, zone, options.yes));
  return give_order(machine, seen, root, {.zone = zone}, controls);
}

}  // namespace ec2spotter::cli
