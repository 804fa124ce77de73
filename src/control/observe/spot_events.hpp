// EC2's announcements about Spot instances, as EventBridge writes them.
// Source: EC2 user guide, "Spot Instance interruption notices" and "EC2 instance rebalance
// recommendations".
#pragma once

#include <optional>
#include <string_view>

#include "model/ids.hpp"

namespace ec2spotter {

struct SpotEvent {
  enum class Kind {
    rebalance,  // the instance is at elevated risk
    warning,    // EC2 takes the instance, as a rule two minutes later
  };
  Kind kind = Kind::rebalance;
  InstanceId instance;
  bool operator==(const SpotEvent&) const = default;
};

// nullopt for every other text: another source's event, another event of EC2, or no event.
std::optional<SpotEvent> parse_spot_event(std::string_view json);

}  // namespace ec2spotter
