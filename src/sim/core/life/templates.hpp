// Launch templates: what they hold, for the launches that name one.
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

// `own` on top of `base`: a parameter, with all below it, replaces the one of the same name.
ParamMap overlay(ParamMap base, const ParamMap& own);

// Parameters as EC2 shows them: LaunchTemplateData of a Describe call.
Json shown_parameters(const ParamMap& params);

}  // namespace ec2spotter::sim
