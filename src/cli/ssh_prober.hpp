// Asks SSH servers whether they are there, and who they are.
#pragma once

#include "control/surroundings.hpp"

namespace ec2spotter::cli {

// Connects and reads the greetings, and where a host key is wanted goes as far as the key exchange;
// for two seconds in all and some hundred endpoints at a time.
class SshProber final : public Prober {
 public:
  std::vector<SshAnswer> ssh_answers(const std::vector<Endpoint>& endpoints) override;
};

}  // namespace ec2spotter::cli
