// What EC2 says of the machines of one owner, read in few calls for all of them together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

class Survey {
 public:
  // With `only`, nothing but this machine's resources is read.
  explicit Survey(OwnerId owner, std::optional<MachineName> only = std::nullopt)
      : owner_(std::move(owner)), only_(std::move(only)) {}

  // Reads the bodies of all machines and the notices that these are under. A body that was launched
  // together with others is shown with its own machine's names. Errors: EC2's; what was known
  // before is then kept.
  Result<void> read_bodies(aws::Ec2& ec2);

  // Reads the root volumes and the addresses of these machines, and the fleets where there may be.
  // Errors: as above.
  Result<void> read_roots(aws::Ec2& ec2, const std::vector<const Machine*>& machines);

  // A machine's part of it. Bodies just launched that EC2 does not show yet are added from
  // `memory`, and forgotten there once they are shown.
  Observation of(const Machine& machine, Memory& memory) const;

  // Whose body this is; none: nobody's, as far as the last read_bodies knows.
  std::optional<MachineName> machine_of(const InstanceId& body) const;

  // Differs when something of the machine's bodies or notices has changed.
  std::size_t fingerprint(const MachineName& machine) const;

 private:
  struct Bodies {
    std::vector<Instance> instances;
    std::vector<SpotRequest> requests;
  };
  std::vector<aws::Filter> ours() const;
  Result<std::vector<Volume>> find_adopted(aws::Ec2& ec2,
                                           const std::vector<const Machine*>& machines) const;
  Result<void> read_stoppable(aws::Ec2& ec2, const std::vector<Instance>& bodies,
                              std::vector<SpotRequest>& requests) const;
  bool may_have_fleets(const std::vector<const Machine*>& machines) const;
  Result<void> read_fleets(aws::Ec2& ec2);
  Result<void> read_addresses(aws::Ec2& ec2, const std::vector<const Machine*>& machines);

  OwnerId owner_;
  std::optional<MachineName> only_;
  std::map<std::string, Bodies> bodies_;  // by machine name
  std::map<InstanceId, MachineName> owners_of_bodies_;
  std::map<std::string, std::vector<Volume>> roots_;         // likewise
  std::map<std::string, std::vector<Fleet>> fleets_;         // likewise
  std::map<std::string, std::optional<Address>> addresses_;  // likewise
};

}  // namespace ec2spotter
