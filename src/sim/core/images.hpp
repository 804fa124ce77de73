// Images as the simulator stores them; shared by RegisterImage and the seed file.
#pragma once

#include "sim/core/world.hpp"

namespace ec2spotter::sim {

struct ImageSpec {
  std::string id, name, architecture = "x86_64", root_device = "/dev/xvda", snapshot_id;
  std::string description;
  int size_gib = 8;
};

Json make_image(World& world, const ImageSpec& spec);

}  // namespace ec2spotter::sim
