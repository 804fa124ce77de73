#include "control/act/replace_root.hpp"

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "control/act/disk_rules.hpp"
#include "control/act/root_holders.hpp"
#include "control/tags/ownership.hpp"
#include "model/tags.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/engine_choice.hpp"

namespace ec2spotter {
namespace {

// Of bare metal, EC2 replaces the root disks of Macs alone.
bool is_metal(const Instance& body) {
  return body.type.find(".metal") != std::string::npos && !body.type.starts_with("mac");
}

// Why EC2 would not make this root the root disk of a body like this; nullopt: nothing is known
// against it. Source: EC2 user guide, "Replace the root volume for an Amazon EC2 instance".
Result<std::optional<std::string>> hindrance(const Instance& body, const Volume& root,
                                             std::string_view because, aws::Ec2& ec2) {
  using Answer = std::optional<std::string>;
  if (is_metal(body)) return Answer(body.type + " is bare metal");
  if (because == "marketplace" && body.product_codes.empty()) {
    return Answer("the volume has product codes, and the image has none");
  }
  const BlockDevice* disk = root_disk(body);
  if (disk == nullptr || !root.kms_key.empty()) return Answer();
  TRY(const auto disks, ec2.describe_volumes({}, {{"volume-id", {disk->volume.str()}}}));
  const Volume* image_disk = find_volume(disks, disk->volume);
  if (image_disk == nullptr || image_disk->kms_key.empty()) return Answer();
  return Answer("the image's disk is encrypted, and " + root.id.str() + " is not");
}

// EC2's words for what it does not do, whatever the moment.
bool is_refusal(const Error& error) {
  static constexpr std::array<std::string_view, 8> kCodes{
      "InvalidAction",         "InvalidParameter", "InvalidParameterCombination",
      "InvalidParameterValue", "UnknownParameter", "UnsupportedOperation",
      "OperationNotPermitted", "Unsupported"};
  return std::find(kCodes.begin(), kCodes.end(), error.api_code) != kCodes.end();
}

Result<void> record(const VolumeId& volume, Engine engine, const std::string& because,
                    aws::Ec2& ec2) {
  return ec2.create_tags({volume.str()},
                         {{std::string(tag::kEngine), std::string(to_string(engine))},
                          {std::string(tag::kEngineBecause), because}});
}

// The engine after replace, for the reason for which replace was chosen.
Result<void> choose_after_replace(const Volume& root, const std::string& because, aws::Ec2& ec2) {
  const Engine next = next_engine(Engine::replace, because).value_or(Engine::swap);
  return record(root.id, next, because, ec2);
}

std::string task_token(const step::ReplaceRoot& step) {
  return sha256_hex(step.instance.str() + "\n" + step.volume.str() + "\n" +
                    std::to_string(step.attempt));
}

}  // namespace

Result<void> replace_root(const Machine& machine, const step::ReplaceRoot& step,
                          const Instance& body, const Observation& seen, aws::Ec2& ec2,
                          Memory& memory, TimePoint now) {
  TRY(const bool there, is_there(step.volume, step.instance, seen, ec2));
  const Volume* root = find_volume(seen.volumes, step.volume);
  if (there || root == nullptr) return {};
  const bool automatic = machine.engine == Engine::automatic;
  const std::string because = tag::value(root->tags, tag::kEngineBecause);
  TRY(const auto hindered, hindrance(body, *root, because, ec2));
  if (hindered && automatic) return choose_after_replace(*root, because, ec2);
  if (hindered) {
    return fail(Errc::invalid, "EC2 cannot replace the root disk of " + body.id.str() + ": " +
                                   *hindered + "; use engine = \"swap\", or \"auto\"");
  }
  // The tag comes first: EC2 may take the image's disk away and fail then.
  if (const BlockDevice* disk = root_disk(body)) {
    TRY_VOID(
        ec2.create_tags({body.id.str()}, {{std::string(tag::kImageDisk), disk->volume.str()}}));
  }
  auto asked = ec2.replace_root({.instance = body.id,
                                 .volume = step.volume,
                                 .client_token = task_token(step),
                                 .tags = ownership_tags(machine)});
  if (!asked && automatic && is_refusal(asked.error())) {
    return choose_after_replace(*root, because, ec2);
  }
  if (asked) memory.attach_sent[body.id] = now;
  return asked;
}

Result<void> choose_engine(const step::ChooseEngine& step, const Observation& seen, aws::Ec2& ec2) {
  const BodyView bodies(seen);
  const Volume* root = find_volume(seen.volumes, step.volume);
  const Instance* body = bodies.find_body(step.seen_at);
  if (step.engine == Engine::replace && root != nullptr && body != nullptr) {
    TRY(const auto hindered, hindrance(*body, *root, step.because, ec2));
    if (hindered) return choose_after_replace(*root, step.because, ec2);
  }
  return record(step.volume, step.engine, step.because, ec2);
}

}  // namespace ec2spotter
