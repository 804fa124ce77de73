#include "control/growing/growth.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace ec2spotter {
namespace {

// The largest size of each volume type, in GiB. Source: EC2 API reference, "ModifyVolume". EC2
// itself judges types that are not here.
struct Limit {
  std::string_view type;
  int size_most;
};
constexpr auto kLimits = std::to_array<Limit>({{"gp2", 16384},
                                               {"gp3", 65536},
                                               {"io1", 16384},
                                               {"io2", 65536},
                                               {"st1", 16384},
                                               {"sc1", 16384},
                                               {"standard", 1024}});

std::string gib(int size) { return std::to_string(size) + " GiB"; }

Result<void> check_possible(const Volume& volume, int size_gib) {
  const bool usable = volume.state == VolumeState::available || volume.state == VolumeState::in_use;
  if (!usable) {
    return fail(Errc::wrong_state, volume.id.str() + " is " + std::string(to_string(volume.state)) +
                                       "; EC2 changes only volumes that are available or in use");
  }
  const auto limit = std::find_if(kLimits.begin(), kLimits.end(),
                                  [&](const Limit& each) { return each.type == volume.type; });
  if (limit == kLimits.end() || size_gib <= limit->size_most) return {};
  return fail(Errc::invalid, volume.id.str() + " is of type " + volume.type +
                                 ", which takes at most " + gib(limit->size_most));
}

}  // namespace

Result<Growth> growth_of(const Volume& volume, const VolumeChange* last, int size_gib) {
  if (last != nullptr && last->state == "modifying") return Growth::under_way;
  // A description of the volume may be older than the one of its change.
  const bool changed = last != nullptr && last->state != "failed" && last->target_gib == size_gib;
  if (volume.size_gib == size_gib || (changed && volume.size_gib < size_gib)) return Growth::done;
  if (volume.size_gib > size_gib) {
    return fail(Errc::invalid, volume.id.str() + " has " + gib(volume.size_gib) +
                                   " already; EC2 makes no volume smaller");
  }
  TRY_VOID(check_possible(volume, size_gib));
  if (last == nullptr || last->state != "optimizing") return Growth::needed;
  return fail(Errc::wrong_state,
              "EC2 is still at work at the last change of " + volume.id.str() + ", to " +
                  gib(last->target_gib) + " (" + std::to_string(last->progress) +
                  "%), and takes the next one only when that has completed; run the same command "
                  "then");
}

}  // namespace ec2spotter
