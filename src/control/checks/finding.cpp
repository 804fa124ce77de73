#include "control/checks/finding.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ec2spotter {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::ok: return "ok";
    case Severity::warning: return "warning";
    case Severity::problem: return "problem";
  }
  return "problem";
}

Finding ok(std::string check, std::string because) {
  return {.check = std::move(check),
          .severity = Severity::ok,
          .because = std::move(because),
          .cure = {}};
}

Finding warning(std::string check, std::string because, std::string cure) {
  return {.check = std::move(check),
          .severity = Severity::warning,
          .because = std::move(because),
          .cure = std::move(cure)};
}

Finding problem(std::string check, std::string because, std::string cure) {
  return {.check = std::move(check), .because = std::move(because), .cure = std::move(cure)};
}

Finding not_seen(std::string check, const Error& error) {
  const bool no_right = error.code == Errc::unauthorized;
  return warning(std::move(check), "this could not be looked at: " + error.describe(),
                 no_right ? "give the caller the right that is named, or look at it by yourself"
                          : "run `doctor` again");
}

void append(std::vector<Finding> more, std::vector<Finding>& findings) {
  std::move(more.begin(), more.end(), std::back_inserter(findings));
}

bool has_problem(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& each) { return each.severity == Severity::problem; });
}

}  // namespace ec2spotter
