#include "sim/core/resources/templates.hpp"

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {

Result<Json*> find_template(World& world, const std::string& region, const std::string& id,
                            const std::string& name) {
  if (id.empty() == name.empty()) {
    return refuse(id.empty() ? "MissingParameter" : "InvalidParameterCombination",
                  "Give LaunchTemplateId or LaunchTemplateName");
  }
  if (!id.empty()) {
    if (Json* found = world.find(region, "launch-template", id)) return found;
    return refuse("InvalidLaunchTemplateId.NotFound",
                  "The specified launch template, with template ID " + id + ", does not exist.");
  }
  Json* named = world.find_where(region, "launch-template", [&](const Json& each) {
    return text(each, "launchTemplateName") == name;
  });
  if (named != nullptr) return named;
  return refuse("InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
}

std::string version_number(const Json& found, const std::string& version) {
  if (version == "$Latest") return found.at("latestVersionNumber").dump();
  if (version == "$Default" || version.empty()) return found.at("defaultVersionNumber").dump();
  return version;
}

Result<const Json*> find_version(const Json& found, const std::string& version) {
  const std::string number = version_number(found, version);
  const auto at = found.at("_versions").find(number);
  if (at != found.at("_versions").end()) return &*at;
  return refuse("InvalidLaunchTemplateId.VersionNotFound",
                "Could not find the launch template version " + version);
}

Result<Template> read_template(World& world, const std::string& region, Params& named) {
  const std::string id = named.get_or("LaunchTemplateId", "");
  const std::string name = named.get_or("LaunchTemplateName", "");
  const std::string version = named.get_or("Version", "");
  TRY(Json * found, find_template(world, region, id, name));
  TRY(const Json* at, find_version(*found, version));
  return Template{.id = text(*found, "launchTemplateId"),
                  .name = text(*found, "launchTemplateName"),
                  .version = version_number(*found, version),
                  .data = at->at("data").get<ParamMap>()};
}

}  // namespace ec2spotter::sim
