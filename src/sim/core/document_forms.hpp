// What the files that the simulator reads must look like.
#pragma once

#include "sim/core/form.hpp"

namespace ec2spotter::sim {

// Initial resources; docs/simulator.md describes them.
const Form& seed_form();

// What World::save makes. Of the resources it checks only the members that the code relies on.
const Form& state_form();

}  // namespace ec2spotter::sim
