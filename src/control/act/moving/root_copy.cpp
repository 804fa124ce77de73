#include "control/act/moving/root_copy.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "control/act/disk_rules.hpp"
#include "control/tags/ownership.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

constexpr std::string_view kOurTags = "ec2spotter:";
constexpr std::string_view kTagsOfEc2 = "aws:";

}  // namespace

Result<Snapshot> usable_snapshot(const SnapshotId& id, aws::Ec2& ec2) {
  TRY(const auto found, ec2.describe_snapshots({{"snapshot-id", {id.str()}}}));
  if (found.empty()) {
    return fail(Errc::not_found, id.str() + " is not there any more; choose another one");
  }
  const Snapshot& snapshot = found.front();
  if (snapshot.state == SnapshotState::completed) return snapshot;
  return fail(Errc::wrong_state, id.str() + " is " + std::string(to_string(snapshot.state)) +
                                     (snapshot.message.empty() ? "" : ": " + snapshot.message) +
                                     (snapshot.progress.empty() ? "" : ", " + snapshot.progress));
}

Result<Volume> usable_former_root(const Machine& machine, const std::vector<Volume>& volumes,
                                  const VolumeId& id) {
  const Volume* volume = find_volume(volumes, id);
  if (volume == nullptr || !carries_tags_of(*volume, machine) || is_copy(*volume)) {
    return fail(Errc::not_found, id.str() + " is no former root of this machine, or is gone");
  }
  if (volume->state == VolumeState::available && volume->attachments.empty()) return *volume;
  return fail(Errc::wrong_state,
              id.str() + " is " + std::string(to_string(volume->state)) + ", and not free");
}

// The first of EC2's values for gp3, which every volume of that type shows, need not be asked for.
aws::VolumeSpec spec_of_copy(const Volume& former, const Snapshot& source,
                             const std::string& zone) {
  const bool takes_throughput = former.type == "gp3";
  const bool takes_iops = takes_throughput || former.type == "io1" || former.type == "io2";
  return {.snapshot = source.id,
          .zone = zone,
          .size_gib = std::max(former.size_gib, source.size_gib),
          .type = former.type,
          .iops = takes_iops ? former.iops : 0,
          .throughput = takes_throughput ? former.throughput : 0,
          .kms_key = former.kms_key,
          .initialization_rate = 0,
          .client_token = {},
          .tags = {}};
}

void copy_tag(const Tags& from, std::string_view key, Tags& to) {
  if (const std::string value = tag::value(from, key); !value.empty()) to[std::string(key)] = value;
}

Tags tags_of_snapshot(const Machine& machine, const VolumeId& volume, SnapshotPurpose purpose,
                      int generation) {
  Tags tags = ownership_tags(machine);
  tags[std::string(tag::kRole)] = tag::kRoleSnapshot;
  tags[std::string(tag::kFrom)] = volume.str();
  tags[std::string(tag::kPurpose)] = to_string(purpose);
  tags[std::string(tag::kGeneration)] = std::to_string(generation);
  return tags;
}

std::string description_of_snapshot(const Machine& machine) {
  return "ec2spotter: machine " + machine.name.str();
}

Tags tags_of_next(const Machine& machine, const Volume& former, int generation) {
  Tags tags = ownership_tags(machine);
  for (const auto& [key, value] : former.tags) {
    if (!key.starts_with(kOurTags) && !key.starts_with(kTagsOfEc2)) tags[key] = value;
  }
  for (const std::string_view key :
       {tag::kEngine, tag::kEngineBecause, tag::kGuestFiles, tag::kOrigin}) {
    copy_tag(former.tags, key, tags);
  }
  tags[std::string(tag::kRole)] = tag::kRoleNext;
  tags[std::string(tag::kGeneration)] = std::to_string(generation);
  tags[std::string(tag::kLeftovers)] = tag::kKept;
  if (former.id.empty()) return tags;
  tags.emplace(tag::kOrigin, former.id.str());
  tags[std::string(tag::kFrom)] = former.id.str();
  return tags;
}

Tags tags_of_root(const VolumeId& volume, int generation, TimePoint now) {
  return {{std::string(tag::kRole), std::string(tag::kRoleRoot)},
          {std::string(tag::kState), std::string(tag::kCurrent)},
          {std::string(tag::kVolume), volume.str()},
          {std::string(tag::kGeneration), std::to_string(generation)},
          {std::string(tag::kRootSince), format_iso8601(now)},
          {std::string(tag::kLeftovers), std::string(tag::kKept)}};
}

void tell_interface(const Volume& former, const Volume& next, Tags& tags) {
  const std::string key(tag::kInterface);
  const std::string kept = tag::value(former.tags, key);
  if (kept.empty() && !next.tags.contains(key)) return;
  const bool stays = kept == tag::kGone || (!kept.empty() && next.zone == former.zone);
  tags[key] = stays ? kept : std::string(tag::kToCome);
}

Result<Volume> create_copy(const Machine& machine, aws::VolumeSpec spec,
                           const std::string& decision, aws::Ec2& ec2) {
  const auto create = [&](int rate) {
    spec.initialization_rate = rate;
    spec.client_token =
        sha256_hex(machine.owner.str() + "\n" + machine.name.str() + "\n" + decision + "\n" +
                   spec.snapshot.str() + "\n" + std::to_string(rate));
    return ec2.create_volume(spec);
  };
  auto made = create(machine.initialization_rate);
  if (made || machine.initialization_rate == 0) return made;
  // EC2 refuses the rate where it has no room for it: the disk is then filled as it is read.
  const Errc code = made.error().code;
  const bool rate_refused =
      code == Errc::no_capacity || code == Errc::quota || code == Errc::invalid;
  return rate_refused ? create(0) : made;
}

}  // namespace ec2spotter
