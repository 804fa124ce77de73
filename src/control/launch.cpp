#include "control/launch.hpp"

#include <utility>

#include "boot/user_data.hpp"
#include "control/batch_tags.hpp"
#include "model/tags.hpp"
#include "plan/plan.hpp"

namespace ec2spotter {
namespace {

constexpr std::string_view kSsmPrefix = "resolve:ssm:";

BootEngine boot_engine(Engine engine) {
  switch (engine) {
    case Engine::automatic: return BootEngine::auto_;
    case Engine::kexec: return BootEngine::kexec;
    case Engine::pivot: return BootEngine::pivot;
  }
  return BootEngine::auto_;
}

Result<ImageId> resolve_image(const std::string& image, aws::Ec2& ec2) {
  if (!image.starts_with(kSsmPrefix)) return ImageId(image);
  TRY(const std::string id, ec2.parameter(image.substr(kSsmPrefix.size())));
  return ImageId(id);
}

Result<std::vector<GroupId>> resolve_groups(const std::vector<std::string>& names, aws::Ec2& ec2) {
  std::vector<GroupId> groups;
  for (const std::string& name : names) {
    if (name.starts_with("sg-")) {
      groups.emplace_back(name);
      continue;
    }
    TRY(const auto found, ec2.describe_security_groups({{"group-name", {name}}}));
    if (found.size() != 1) {
      return fail(Errc::invalid, std::to_string(found.size()) + " security groups are named '" +
                                     name + "'; name one by its sg- id");
    }
    groups.push_back(found.front().id);
  }
  return groups;
}

Result<std::string> user_data_of(const std::vector<LaunchOrder>& batch) {
  const Machine& machine = *batch.front().machine;
  BootParameters parameters{.volumes = {},
                            .engine = boot_engine(batch.front().step->engine),
                            .device = machine.device,
                            .adopt = machine.adopt,
                            .fix_network = machine.fix_network};
  for (const LaunchOrder& order : batch) parameters.volumes.push_back(order.step->volume);
  return render_user_data(parameters);
}

Tags tags_of(const std::vector<LaunchOrder>& batch) {
  Tags tags;
  for (const LaunchOrder& order : batch) {
    tags = with_names_of_next(std::move(tags), own_names(*order.machine, order.step->volume));
  }
  tags[std::string(tag::kOwner)] = batch.front().machine->owner.str();
  tags[std::string(tag::kRole)] = "body";
  const step::LaunchBody& first = *batch.front().step;
  tags[std::string(tag::kAttempt)] = std::to_string(first.attempt);
  if (!first.takes_over.empty()) tags[std::string(tag::kTakesOver)] = first.takes_over.str();
  return tags;
}

// What the orders have in common is read from the first.
Result<aws::RunInstancesSpec> spec_of(const std::vector<LaunchOrder>& batch, aws::Ec2& ec2) {
  const Machine& machine = *batch.front().machine;
  const Pool& pool = batch.front().step->pool;
  TRY(const ImageId image, resolve_image(machine.image, ec2));
  TRY(auto groups, resolve_groups(machine.security_groups, ec2));
  TRY(auto user_data, user_data_of(batch));
  return aws::RunInstancesSpec{
      .image = image,
      .pool = pool,
      .count = static_cast<int>(batch.size()),
      .subnet = machine.subnet.empty() ? std::nullopt : std::optional(SubnetId(machine.subnet)),
      .security_groups = std::move(groups),
      .key_name = machine.key_name,
      .user_data = std::move(user_data),
      .max_price = pool.market == Market::spot ? machine.max_price : std::nullopt,
      .client_token = batch_token(batch),
      .instance_profile = {},
      .instance_tags = tags_of(batch)};
}

// Notes a refusal that the planner can act on; false: it is a failure.
bool note_refusal(const LaunchOrder& order, const Error& error, TimePoint now) {
  if (error.code == Errc::no_capacity || error.code == Errc::quota) {
    order.memory->closed_pools[order.step->pool] = {
        .why = error.describe(), .until = now + kClosedPoolLifetime, .errc = error.code};
    return true;
  }
  // The token was spent on an instance that has ended, or on another decision.
  if (error.api_code.starts_with("Idempotent")) {
    ++order.memory->launch_attempt;
    return true;
  }
  return false;
}

}  // namespace

Result<std::set<std::size_t>> launch_bodies(const std::vector<LaunchOrder>& batch, aws::Ec2& ec2,
                                            TimePoint now) {
  TRY(const aws::RunInstancesSpec spec, spec_of(batch, ec2));
  auto launched = ec2.run_instances(spec);
  std::set<std::size_t> without_room;
  if (!launched) {
    for (const LaunchOrder& order : batch) {
      if (!note_refusal(order, launched.error(), now)) return fail(std::move(launched).error());
    }
    return without_room;
  }
  for (std::size_t place = 0; place < batch.size(); ++place) without_room.insert(place);
  for (Instance& body : *launched) {
    const auto place = static_cast<std::size_t>(body.launch_index);
    CHECK(place < batch.size());
    without_room.erase(place);
    take_own_names(body);
    batch[place].memory->launched[body.id] = std::move(body);
  }
  return without_room;
}

}  // namespace ec2spotter
