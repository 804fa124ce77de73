// Volumes as the simulator stores them; shared by CreateVolume, launches and the seed file.
#pragma once

#include <string>

#include "sim/core/call/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Fills in what the snapshot says and checks sizes and rates against the volume type.
// Errors: InvalidSnapshot.NotFound, IncorrectState, InvalidParameterValue, MissingParameter.
Result<void> complete_disk(World& world, const std::string& region, DiskSpec& disk);

// Checks the size and the rates of a disk that has both a type and a size.
// Errors: InvalidParameterValue, InvalidParameterCombination.
Result<void> check_volume(const DiskSpec& disk);

// An available volume of a completed disk, under a new id; not yet in its table.
Json volume_json(World& world, const DiskSpec& disk, const std::string& zone, Json tags);

struct AttachmentSpec {
  std::string device;
  bool delete_on_termination = false;
};
// An attachment that is under way.
Json attachment_json(World& world, const std::string& volume_id, const std::string& instance_id,
                     const AttachmentSpec& spec);
// An attachment as its instance shows it.
Json mapping_of(const Json& attachment);
// Does nobody hold it? Errors: VolumeInUse, IncorrectState. A build that breaks rule S1 lets a
// volume in use pass.
Result<void> check_available(const Json& volume);
// Errors: InvalidVolume.ZoneMismatch.
Result<void> check_same_zone(const Json& volume, const Json& instance);

// The resource goes, and what is on it; an unknown one is passed over.
void erase_volume(World& world, const std::string& region, const std::string& id);
// Likewise, unless an instance holds it.
void delete_if_free(World& world, const std::string& region, const std::string& id);

}  // namespace ec2spotter::sim
