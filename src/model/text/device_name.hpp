// The names under which EC2 attaches volumes to instances.
#pragma once

#include <string_view>

namespace ec2spotter {

// /dev/sdf, /dev/xvdf, xvdba, sdf1: a name that EC2 attaches under, and not the root device's.
bool is_device_name(std::string_view text);

// Do both mean one place? A kernel shows /dev/sdf as xvdf.
bool is_same_device(std::string_view a, std::string_view b);

}  // namespace ec2spotter
