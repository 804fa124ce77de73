#include "control/checks/hardware.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ec2spotter {
namespace {

bool has(const std::vector<std::string>& all, const std::string& wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

}  // namespace

std::optional<std::string> misfit(const aws::ImageHardware& image, const aws::TypeHardware& type) {
  if (!has(type.architectures, image.architecture)) {
    return fmt::format("{} has {}, and the image is for {}", type.name,
                       fmt::join(type.architectures, ", "), image.architecture);
  }
  // uefi-preferred starts either way; an image that says nothing starts in the type's own mode.
  const bool says_mode = image.boot_mode == "uefi" || image.boot_mode == "legacy-bios";
  if (says_mode && !type.boot_modes.empty() && !has(type.boot_modes, image.boot_mode)) {
    return fmt::format("{} starts in mode {}, and the image needs {}", type.name,
                       fmt::join(type.boot_modes, ", "), image.boot_mode);
  }
  if (type.needs_ena && !image.has_ena) {
    return type.name + " needs the ENA network driver, which the image is not marked to have";
  }
  return std::nullopt;
}

std::vector<Finding> check_hardware(const aws::ImageHardware& image,
                                    const std::vector<aws::TypeHardware>& types) {
  std::vector<Finding> findings;
  findings.reserve(types.size());
  std::vector<std::string> fitting;
  std::vector<std::string> reasons;
  for (const aws::TypeHardware& type : types) {
    if (auto reason = misfit(image, type)) {
      reasons.push_back(std::move(*reason));
    } else {
      fitting.push_back(type.name);
    }
  }
  const std::string cure = "remove the type from the machine file, or name an image that fits it";
  for (const std::string& reason : reasons) {
    findings.push_back(fitting.empty() ? problem("hardware", reason, cure)
                                       : warning("hardware", reason, cure));
  }
  if (!fitting.empty()) {
    findings.push_back(ok("hardware", fmt::format("{} ({}) starts on {}", image.id.str(),
                                                  image.architecture, fmt::join(fitting, ", "))));
  }
  return findings;
}

std::vector<Finding> check_offers(const std::vector<std::string>& wanted,
                                  const std::map<std::string, std::set<std::string>>& by_zone) {
  std::vector<Finding> findings;
  for (const auto& [zone, offered] : by_zone) {
    std::vector<std::string> missing;
    std::vector<std::string> there;
    for (const std::string& type : wanted) {
      (offered.contains(type) ? there : missing).push_back(type);
    }
    const std::string lack = fmt::format("{} does not offer {}", zone, fmt::join(missing, ", "));
    if (there.empty()) {
      findings.push_back(problem("types", lack,
                                 "name types that " + zone +
                                     " offers: aws ec2 "
                                     "describe-instance-type-offerings --location-type "
                                     "availability-zone --filters Name=location,Values=" +
                                     zone));
    } else if (!missing.empty()) {
      findings.push_back(warning("types", lack, "remove them from the machine file"));
    } else {
      findings.push_back(ok("types", fmt::format("{} offers {}", zone, fmt::join(there, ", "))));
    }
  }
  return findings;
}

}  // namespace ec2spotter
