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

// Faults of CreateVolume: the volume ends in the state `error`, or is gone without an error.
inline constexpr const char* kVolumeError = "volume_error";
inline constexpr const char* kVolumeVanishes = "volume_vanishes";

// The last change of a volume, in a table of its own under the volume's id.
inline constexpr const char* kVolumeChange = "volume-modification";
// Fault of ModifyVolume: EC2 fails at the change, and the volume stays as it was.
inline constexpr const char* kVolumeChangeFails = "volume_change_fails";
// Has EC2 not ended it yet?
bool is_under_way(const Json& change);

// How fast data comes from the snapshot while the volume is initialized, if the call says so. All
// volumes of a region that are being initialized share a quota. Errors:
// InvalidParameterCombination, InvalidParameterValue, ResourceLimitExceeded.
Result<void> check_initialization(World& world, const std::string& region, const DiskSpec& disk);
// The volume, which is new, is being initialized from now on, if the disk has a rate.
void begin_initialization(World& world, const DiskSpec& disk, Json& volume);

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
