#include "control/act/root_holders.hpp"

#include "base/broken_rule.hpp"
#include "model/move.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

// Of the machine's bodies that may have one.
Result<std::vector<RootTask>> tasks_of(const std::vector<Instance>& bodies, aws::Ec2& ec2) {
  aws::Filter filter{"instance-id", {}};
  for (const Instance& body : bodies) {
    if (may_have_root_task(body)) filter.values.push_back(body.id.str());
  }
  if (filter.values.empty()) return std::vector<RootTask>{};
  return ec2.describe_root_tasks({filter});
}

Result<void> check_fence(const std::vector<Volume>& fresh) {
  for (const Volume& each : fresh) {
    const bool moves = order_of(each).has_value() || is_retired(each);
    if (!moves || breaks_rule(2)) continue;
    return fail(Errc::wrong_state, "rule S2: another volume takes the place of " + each.id.str() +
                                       " as the root, or has taken it; no instance gets this one");
  }
  return {};
}

}  // namespace

Result<bool> is_there(const VolumeId& volume, const InstanceId& body, const Observation& seen,
                      aws::Ec2& ec2) {
  TRY(const auto tasks, tasks_of(seen.bodies, ec2));
  for (const RootTask& task : tasks) {
    if (!task.under_way()) continue;
    if (task.instance == body) return true;
    if (breaks_rule(1)) continue;
    return fail(Errc::wrong_state, "rule S1: EC2 makes " + volume.str() + " the root disk of " +
                                       task.instance.str() + "; it is not attached a second time");
  }
  TRY(const auto fresh, ec2.describe_volumes({volume}, {}));
  for (const Volume& each : fresh) {
    for (const Attachment& attachment : each.attachments) {
      if (attachment.instance == body) return true;
      if (breaks_rule(1)) continue;
      return fail(Errc::wrong_state,
                  "rule S1: " + volume.str() + " is " + std::string(to_string(attachment.state)) +
                      " at " + attachment.instance.str() + "; it is not attached a second time");
    }
  }
  TRY_VOID(check_fence(fresh));
  return false;
}

Result<void> check_may_be_used(const VolumeId& volume, aws::Ec2& ec2) {
  TRY(const auto fresh, ec2.describe_volumes({volume}, {}));
  return check_fence(fresh);
}

Result<void> check_no_taker(const VolumeId& volume, const Observation& seen, aws::Ec2& ec2) {
  TRY(const auto tasks, tasks_of(seen.bodies, ec2));
  for (const RootTask& task : tasks) {
    if (!task.under_way()) continue;
    return fail(Errc::wrong_state,
                "rule S1: EC2 makes " + volume.str() + " the root disk of " + task.instance.str());
  }
  return {};
}

Result<void> check_no_root_task(const Instance& body, aws::Ec2& ec2) {
  TRY(const auto tasks, tasks_of({body}, ec2));
  for (const RootTask& task : tasks) {
    if (!task.under_way() || breaks_rule(7)) continue;
    return fail(Errc::wrong_state, "rule S7: EC2 replaces the root disk of " + body.id.str() +
                                       " (" + std::string(to_string(task.state)) +
                                       "); it is not terminated");
  }
  return {};
}

}  // namespace ec2spotter
