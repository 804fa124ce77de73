// What the boot program of unattended bodies does, in virtual time: each attaches its machine's
// root to itself and takes the address, with the credentials that its metadata shows.
#pragma once

#include <string>
#include <vector>

#include "local_ec2.hpp"

namespace ec2spotter::scenario {

class UnattendedGuests {
 public:
  explicit UnattendedGuests(LocalEc2& ec2) : ec2_(ec2) {}

  // Makes the machine's role and instance profile, as `setup-role` would for volumes under `keys`.
  void make_role(const Machine& machine, const std::vector<std::string>& keys = {});
  // Lets every guest that runs its boot program do what it can do now. To be called often.
  void act();
  // Lets time pass, and the guests act, until the machine serves again or `max` has passed.
  bool pass_until_served(const Machine& machine, Duration max);
  // EC2's error code for one call with the credentials of an instance; empty: it was carried out.
  std::string call_as(const std::string& instance, const std::string& action,
                      sim::ParamMap parameters);

 private:
  sim::ApiReply identity(const std::string& action, sim::ParamMap parameters);
  bool has_data(const sim::Json& instance);
  bool is_in_boot_program(const sim::Json& instance);

  LocalEc2& ec2_;
};

}  // namespace ec2spotter::scenario
