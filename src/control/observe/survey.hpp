// What EC2 says of the machines of one owner, read in few calls for all of them together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
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
  // together with others is shown with its own machine's names. Errors: EC2's, when it does not
  // list the bodies; what was known before is then kept. If EC2 does not list the notices, that is
  // a trouble (see there), and the known notices stay.
  Result<void> read_bodies(aws::Ec2& ec2);

  // Reads the root volumes, the data volumes and the addresses of these machines, and the fleets
  // where there may be. What EC2 does not list is a trouble; what was known before is then kept.
  void read_roots(aws::Ec2& ec2, const std::vector<const Machine*>& machines);

  // Reads EC2's status checks of the bodies: of one machine's by their ids; of all machines' once a
  // minute, those alone that fail. Trouble as above.
  void read_checks(aws::Ec2& ec2, TimePoint now);

  // What EC2 did not list since the last call of this.
  std::vector<Error> take_troubles() { return std::exchange(troubles_, {}); }

  // Do we know enough to decide about this machine, after read_roots has asked about it?
  bool is_known(const Machine& machine) const;

  // A machine's part of it. Bodies just launched that EC2 does not show yet are added from
  // `memory`, and forgotten there once they are shown.
  Observation of(const Machine& machine, Memory& memory) const;

  // Whose body this is; nullopt: nobody's, as far as the last read_bodies knows.
  std::optional<MachineName> machine_of(const InstanceId& body) const;

  // Differs when something of the machine's bodies or notices has changed.
  std::size_t fingerprint(const MachineName& machine) const;

 private:
  struct Bodies {
    std::vector<Instance> instances;
    std::vector<SpotRequest> requests;
    std::vector<RootTask> root_tasks;
  };
  std::vector<aws::Filter> ours() const;
  Result<void> read_root_tasks(aws::Ec2& ec2, const std::vector<Instance>& bodies);
  Result<std::vector<Volume>> find_adopted(aws::Ec2& ec2,
                                           const std::vector<const Machine*>& machines) const;
  Result<std::vector<SpotRequest>> find_requests(aws::Ec2& ec2,
                                                 const std::vector<Instance>& bodies) const;
  Result<void> read_stoppable(aws::Ec2& ec2, const std::vector<Instance>& bodies,
                              std::vector<SpotRequest>& requests) const;
  Result<void> read_volumes(aws::Ec2& ec2, const std::vector<const Machine*>& machines);
  bool may_have_fleets(const Machine& machine) const;
  Result<void> read_fleets(aws::Ec2& ec2);
  Result<std::vector<StatusChecks>> find_checks(aws::Ec2& ec2) const;
  void note(Result<void> reading);
  Result<void> read_snapshots(aws::Ec2& ec2, const std::vector<const Machine*>& machines);
  Result<void> read_data_volumes(aws::Ec2& ec2, const std::vector<const Machine*>& machines);
  Result<void> read_interfaces(aws::Ec2& ec2, const std::vector<const Machine*>& machines);
  Result<void> read_addresses(aws::Ec2& ec2, const std::vector<const Machine*>& machines);

  OwnerId owner_;
  std::optional<MachineName> only_;
  std::map<std::string, Bodies> bodies_;  // by machine name
  std::map<InstanceId, MachineName> owners_of_bodies_;
  std::vector<SpotRequest> requests_;                 // of all of them, as last told
  std::vector<RootTask> root_tasks_;                  // likewise
  std::map<std::string, std::vector<Volume>> roots_;  // likewise
  std::map<std::string, std::vector<Volume>> data_;   // likewise, of their data_volumes
  std::map<std::string, std::vector<Fleet>> fleets_;  // likewise
  bool fleets_known_ = false;
  std::map<std::string, std::vector<Snapshot>> snapshots_;           // likewise
  std::map<std::string, std::vector<NetworkInterface>> interfaces_;  // likewise
  std::map<std::string, std::optional<Address>> addresses_;          // likewise
  std::map<InstanceId, StatusChecks> checks_;  // of the bodies for which one fails
  TimePoint checks_read_at_{};
  std::vector<Error> troubles_;
};

}  // namespace ec2spotter
