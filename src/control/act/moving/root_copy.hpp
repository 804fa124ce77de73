// Volumes that are made to become a machine's root, and the tags that make one the root.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"
#include "model/move.hpp"

namespace ec2spotter {

// The snapshot, as EC2 shows it now. Errors: not_found when it is gone, wrong_state when EC2 has
// not finished it, or could not.
Result<Snapshot> usable_snapshot(const SnapshotId& id, aws::Ec2& ec2);

// The former root among the machine's volumes. Errors: not_found when it is gone, or has never been
// a root; wrong_state when it is in use or broken.
Result<Volume> usable_former_root(const Machine& machine, const std::vector<Volume>& volumes,
                                  const VolumeId& id);

// The snapshot's content on a volume like the former one, in that zone.
aws::VolumeSpec spec_of_copy(const Volume& former, const Snapshot& source, const std::string& zone);

// Those of a snapshot of that volume, or of its copy in another region.
Tags tags_of_snapshot(const Machine& machine, const VolumeId& volume, SnapshotPurpose purpose,
                      int generation);

// The description of both.
std::string description_of_snapshot(const Machine& machine);

// The user's own tags of the former root, what `auto` and the user's commands have written down on
// it, and that this volume is meant to become the root of that generation.
Tags tags_of_next(const Machine& machine, const Volume& former, int generation);

// The tags of the one write that makes a volume the root.
Tags tags_of_root(const VolumeId& volume, int generation, TimePoint now);

void copy_tag(const Tags& from, std::string_view key, Tags& to);

// Which network interface the machine keeps on its next root: the same one in the same zone; else
// one that is made there.
void tell_interface(const Volume& former, const Volume& next, Tags& tags);

// CreateVolume; without the file's initialization rate where EC2 refuses it. `decision` is all that
// the volume comes from: EC2 answers a repeated call with the same volume.
Result<Volume> create_copy(const Machine& machine, aws::VolumeSpec spec,
                           const std::string& decision, aws::Ec2& ec2);

}  // namespace ec2spotter
