#include "sim/core/services/parameters.hpp"

namespace ec2spotter::sim {

std::string find_parameter(World& world, const std::string& region, const std::string& name) {
  std::string set = world.settings().value("parameter/" + name, "");
  if (!set.empty() || !name.starts_with("/aws/service/")) return set;
  // A public image parameter that nobody has set names the oldest image of its architecture.
  const bool arm = name.find("arm64") != std::string::npos;
  const Json* oldest = nullptr;
  for (const auto& [id, image] : world.table(region, "image")) {
    if (text(image, "architecture") != (arm ? "arm64" : "x86_64")) continue;
    const bool older =
        oldest == nullptr || text(image, "creationDate") < text(*oldest, "creationDate");
    if (older) oldest = &image;
  }
  return oldest == nullptr ? std::string() : text(*oldest, "imageId");
}

std::string resolve_image(World& world, const std::string& region, const std::string& image) {
  constexpr std::string_view kResolve = "resolve:ssm:";
  if (!image.starts_with(kResolve)) return image;
  return find_parameter(world, region, image.substr(kResolve.size()));
}

}  // namespace ec2spotter::sim
