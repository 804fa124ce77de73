// The command line of the ssh client that logs in to a machine.
#pragma once

#include <string>
#include <vector>

#include "model/machine.hpp"

namespace ec2spotter::cli {

// `options` come before the host, `command` after it.
std::vector<std::string> ssh_words(const Machine& machine, const std::string& host,
                                   const std::vector<std::string>& options,
                                   const std::vector<std::string>& command);

}  // namespace ec2spotter::cli
