#include "control/act/moving/claims.hpp"

#include "base/broken_rule.hpp"
#include "base/sha256.hpp"
#include "control/tags/ownership.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

constexpr std::size_t kDigestShown = 16;

std::string_view to_string(ClaimOn what) {
  switch (what) {
    case ClaimOn::destination: return "destination";
    case ClaimOn::volume: return "volume";
    case ClaimOn::data: return "data";
  }
  return "data";
}

}  // namespace

// The digest tells apart machines of different owners.
std::string TemplateClaims::name_of(int generation, ClaimOn what) const {
  const std::string whose = machine_.owner.str() + "\n" + machine_.name.str();
  return "ec2spotter-" + machine_.name.str() + "-" + sha256_hex(whose).substr(0, kDigestShown) +
         "-" + std::to_string(generation) + "-" + std::string(to_string(what));
}

Result<std::vector<LaunchTemplate>> TemplateClaims::find(std::vector<std::string> names) {
  return ec2_.describe_launch_templates({{"launch-template-name", std::move(names)}});
}

Result<std::string> TemplateClaims::claim(int generation, ClaimOn what, const std::string& value) {
  if (lacks(Cure::claims)) return value;
  const std::string name = name_of(generation, what);
  Tags tags = ownership_tags(machine_);
  tags[std::string(tag::kRole)] = tag::kRoleClaim;
  tags[std::string(tag::kGeneration)] = std::to_string(generation);
  tags[std::string(tag::kClaim)] = value;
  const auto made = ec2_.create_record(name, tags);
  if (made) return value;
  if (made.error().code != Errc::already_done) return fail(made.error());
  TRY(const auto found, find({name}));
  for (const LaunchTemplate& claim : found) {
    if (belongs_to(claim.tags, machine_)) return tag::value(claim.tags, tag::kClaim);
  }
  return fail(Errc::wrong_state,
              "another controller has just claimed the " + std::string(to_string(what)) +
                  " of the machine's next root; EC2 does not show which one yet");
}

Result<void> TemplateClaims::release(int generation) {
  TRY(const auto found,
      find({name_of(generation, ClaimOn::destination), name_of(generation, ClaimOn::volume),
            name_of(generation, ClaimOn::data)}));
  for (const LaunchTemplate& claim : found) {
    if (!belongs_to(claim.tags, machine_)) continue;
    auto deleted = ec2_.delete_launch_template(claim.id);
    if (!deleted && deleted.error().code != Errc::not_found) return deleted;
  }
  return {};
}

}  // namespace ec2spotter
