// The status of a Spot request, as far as it shows what happens to the request's instance.
// Source: EC2 User Guide, "Spot Instance request status".
#pragma once

#include <array>
#include <string_view>

namespace ec2spotter {

enum class SpotStatus {
  marked,           // Spot is about to take the instance
  terminated,       // by whomever
  stopped_by_spot,  // EC2 alone may start it again
  stopped_by_user,
  other,  // not used here, or a word that EC2 has added
};

SpotStatus parse_spot_status(std::string_view code);

// EC2's words for `marked`.
inline constexpr std::array<std::string_view, 2> kMarkedCodes{"marked-for-termination",
                                                              "marked-for-stop"};

}  // namespace ec2spotter
