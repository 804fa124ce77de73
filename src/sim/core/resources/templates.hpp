// The content of launch templates, for launches that name one.
#pragma once

#include <string>

#include "sim/core/call/params.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct Template {
  std::string id, name, version;
  ParamMap data;  // the parameters of LaunchTemplateData
};

// The version that LaunchTemplateId or LaunchTemplateName, and Version, name.
// Errors: InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateName.NotFoundException,
// InvalidLaunchTemplateId.VersionNotFound, MissingParameter.
Result<Template> read_template(World& world, const std::string& region, Params& named);

// The template itself. Errors: those of read_template that are about it.
Result<Json*> find_template(World& world, const std::string& region, const std::string& id,
                            const std::string& name);

// The number that "3", "$Latest", "$Default" or an empty text stands for.
std::string version_number(const Json& found, const std::string& version);

// Errors: InvalidLaunchTemplateId.VersionNotFound.
Result<const Json*> find_version(const Json& found, const std::string& version);

}  // namespace ec2spotter::sim
