// Who may decide about a machine's move: the first one, for all controllers. See
// docs/designs/move.md.
#pragma once

#include <string>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// What is claimed of one of the machine's roots: where it will be and what it is restored from
// (destination_of in model/move.hpp), which volume it is, or which data volumes belong to it.
enum class ClaimOn { destination, volume, data };

// A store that keeps the first value that somebody puts under a key.
class Claims {
 public:
  virtual ~Claims() = default;
  // The value that holds for that root: `value`, or that of whoever came first. It never changes.
  // Errors: wrong_state when somebody came first and the store does not show yet with what.
  virtual Result<std::string> claim(int generation, ClaimOn what, const std::string& value) = 0;
  // Takes the claims on that root away, also where there are none.
  virtual Result<void> release(int generation) = 0;
};

// In EC2 itself: a launch template for each claim. A template's name is unique in a region, and EC2
// decides at its creation who has it. Source: EC2 API reference, "CreateLaunchTemplate".
class TemplateClaims final : public Claims {
 public:
  TemplateClaims(const Machine& machine, aws::Ec2& ec2) : machine_(machine), ec2_(ec2) {}

  Result<std::string> claim(int generation, ClaimOn what, const std::string& value) override;
  Result<void> release(int generation) override;

 private:
  std::string name_of(int generation, ClaimOn what) const;
  Result<std::vector<LaunchTemplate>> find(std::vector<std::string> names);

  const Machine& machine_;
  aws::Ec2& ec2_;
};

}  // namespace ec2spotter
