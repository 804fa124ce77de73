#include "model/spot_status.hpp"

#include <algorithm>

namespace ec2spotter {

SpotStatus parse_spot_status(std::string_view code) {
  if (std::find(kMarkedCodes.begin(), kMarkedCodes.end(), code) != kMarkedCodes.end()) {
    return SpotStatus::marked;
  }
  if (code.starts_with("instance-terminated") || code.starts_with("spot-instance-terminated")) {
    return SpotStatus::terminated;
  }
  if (code == "instance-stopped-no-capacity" || code == "instance-stopped-by-price") {
    return SpotStatus::stopped_by_spot;
  }
  if (code == "instance-stopped-by-user") return SpotStatus::stopped_by_user;
  return SpotStatus::other;
}

}  // namespace ec2spotter
