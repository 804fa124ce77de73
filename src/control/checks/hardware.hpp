// Do the machine's instance types fit its image, and are they offered? Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/account/account.hpp"
#include "control/checks/finding.hpp"

namespace ec2spotter {

// Why EC2 would not start the image on the type; nullopt: it would. Source: EC2 user guide, "Boot
// modes" and "Enhanced networking".
std::optional<std::string> misfit(const aws::ImageHardware& image, const aws::TypeHardware& type);

// A line for all types that fit, or one for each that does not: a problem when none fits.
std::vector<Finding> check_hardware(const aws::ImageHardware& image,
                                    const std::vector<aws::TypeHardware>& types);

// A line for each zone: which of the `wanted` types it does not offer; a problem when it is all of
// them.
std::vector<Finding> check_offers(const std::vector<std::string>& wanted,
                                  const std::map<std::string, std::set<std::string>>& by_zone);

}  // namespace ec2spotter
