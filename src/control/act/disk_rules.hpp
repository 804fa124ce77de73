// Which disks a step may give up: rules S3, S4 and S7. EC2 is asked again just before.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// The one with that id; nullptr: it is not among them.
const Volume* find_volume(const std::vector<Volume>& volumes, const VolumeId& id);

// All volumes that carry the machine's tags, as EC2 shows them now.
Result<std::vector<Volume>> volumes_of(const Machine& machine, aws::Ec2& ec2);

class DiskRules {
 public:
  DiskRules(const Machine& machine, const Observation& seen, aws::Ec2& ec2)
      : machine_(machine), seen_(seen), ec2_(ec2) {}

  // Is it one of the machine's roots, or may it be?
  bool is_root(const VolumeId& id) const;

  // An image's disk has the tags of a body, and nothing else has it. False: there is no such volume
  // any more. Errors: refused (rules S3 and S4).
  Result<bool> check_image_disk(const VolumeId& id);

  // Errors: wrong_state (rule S3) when a root would go with the body, and (rule S7) when the body
  // lacked the root and has got it meanwhile; wrong_state when a disk of a person's has just been
  // set to outlive the body.
  Result<void> check_root_survives(const step::TerminateBody& step);

 private:
  Result<void> keep_foreign_disks(const Instance& body);
  Result<bool> goes_with_body(const VolumeId& id);
  bool is_of_body(const Volume& volume) const;

  const Machine& machine_;
  const Observation& seen_;
  aws::Ec2& ec2_;
};

}  // namespace ec2spotter
