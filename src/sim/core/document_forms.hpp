// What the files that the simulator reads must look like.
#pragma once

#include "sim/core/form.hpp"

namespace ec2spotter::sim {

// Initial resources; docs/simulator.md describes them.
const Form& seed_form();

// What World::save makes. Of the resources only what the code takes for granted is looked at.
const Form& state_form();

}  // namespace ec2spotter::sim
