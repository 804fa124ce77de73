// Parameters by the dots in their names: "a.b.c" is c of b of a.
#pragma once

#include <string>
#include <string_view>

#include "sim/core/call/params.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// `own` on top of `base`: a parameter, with all below it, replaces the one of the same name.
ParamMap overlay(ParamMap base, const ParamMap& own);
// Parameters as EC2 shows them: LaunchTemplateData of a Describe call.
Json shown_parameters(const ParamMap& params);
// Is it the number of a list's element?
bool is_number(std::string_view text);

}  // namespace ec2spotter::sim
