// The steps about the network interface that a machine keeps. Each looks first, and may be
// repeated.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

class KeptInterface {
 public:
  KeptInterface(const Machine& machine, const Observation& seen, aws::Ec2& ec2, Memory& memory,
                TimePoint now)
      : machine_(machine), seen_(seen), ec2_(ec2), memory_(memory), now_(now) {}

  // Writes on the root first that there will be one, so that none is forgotten. Errors: invalid
  // where the file's subnet is in another zone, or the zone has no default one.
  Result<void> act(const step::MakeInterface& step);
  // Errors: refused (rule S4) for a volume or an interface that does not carry our tags.
  Result<void> act(const step::RecordInterface& step);
  // Errors: refused (rule S4) for one that does not carry our tags, or is in use.
  Result<void> act(const step::DeleteInterface& step);

 private:
  Result<void> write(const VolumeId& root, std::string_view value);
  Result<SubnetId> subnet_for(const std::string& zone);

  const Machine& machine_;
  const Observation& seen_;
  aws::Ec2& ec2_;
  Memory& memory_;
  TimePoint now_;
};

}  // namespace ec2spotter
