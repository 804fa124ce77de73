// What a look at one precondition of a machine has shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter {

enum class Severity {
  ok,       // as the machine needs it
  warning,  // the machine can do without it, or it could not be looked at
  problem,  // it may keep the machine from coming back, or from being reached
};
std::string_view to_string(Severity severity);

struct Finding {
  std::string check;  // a stable word, such as "network", "quota", or the reason of a decision
  Severity severity = Severity::problem;
  std::vector<std::string> files = {};  // on the volume; empty: it does not concern files
  std::string because, cure;            // a sentence each; the cure of what is ok is empty
};

Finding ok(std::string check, std::string because);
Finding warning(std::string check, std::string because, std::string cure);
Finding problem(std::string check, std::string because, std::string cure);
// EC2 has not shown it.
Finding not_seen(std::string check, const Error& error);

// Puts them behind the others.
void append(std::vector<Finding> more, std::vector<Finding>& findings);

bool has_problem(const std::vector<Finding>& findings);

}  // namespace ec2spotter
