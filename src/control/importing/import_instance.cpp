#include "control/importing/import_instance.hpp"

#include <algorithm>

#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

using namespace import_step;

// One step, sent on the ground of the look that is given.
class Act {
 public:
  Act(const ImportSource& source, const Machine& machine, aws::Ec2& ec2)
      : source_(source), machine_(machine), ec2_(ec2) {}

  Result<void> operator()(const Protect& step) {
    return ec2_.set_delete_on_termination(id(), step.device, false);
  }

  Result<void> operator()(const Adopt& step) {
    TRY_VOID(check_name_is_free(machine_, ec2_));
    Tags tags =
        adoption_tags(machine_, step.volume, step.is_root ? tag::kRoleRoot : tag::kRoleData);
    tags[std::string(tag::kImportedFrom)] = imported_from(id(), step.device);
    if (step.is_root) tags[std::string(tag::kGoal)] = to_string(Goal::paused);
    return ec2_.create_tags({step.volume.str()}, tags);
  }

  Result<void> operator()(const Stop&) {
    TRY_VOID(check_disks_survive());
    return ec2_.shut_down_instance(id());
  }

  Result<void> operator()(const FreeAddress& step) {
    Tags tags = ownership_tags(machine_);
    tags[std::string(tag::kImportedFrom)] = imported_from(id(), step.public_ip);
    TRY_VOID(ec2_.create_tags({step.address.str()}, tags));
    auto freed = ec2_.disassociate_address(step.association);
    if (!freed && freed.error().code == Errc::not_found) return {};
    return freed;
  }

  Result<void> operator()(const Detach& step) { return ec2_.detach_volume(step.volume, id()); }

  // A persistent Spot request would launch another instance.
  Result<void> operator()(const End&) {
    TRY_VOID(check_disks_survive());
    if (!source_.instance.spot_request.empty()) {
      TRY_VOID(ec2_.cancel_spot_request(source_.instance.spot_request));
    }
    return ec2_.terminate_instance(id());
  }

 private:
  const InstanceId& id() const { return source_.instance.id; }

  // Rule S3: read back from EC2 just before the call, for every disk that the instance has now.
  Result<void> check_disks_survive() {
    TRY(const ImportSource fresh, look_at_source(id(), ec2_));
    for (const SourceDisk& disk : fresh.disks) {
      const std::string& volume = disk.volume.id.str();
      if (disk.delete_on_termination) {
        return fail(Errc::wrong_state, "rule S3: EC2 would delete " + volume + " with " +
                                           id().str() + "; the instance goes on");
      }
      if (!belongs_to(disk.volume.tags, machine_)) {
        return fail(Errc::wrong_state, volume + " is at " + id().str() +
                                           " and does not carry the machine's tags yet; the "
                                           "instance goes on");
      }
    }
    return {};
  }

  const ImportSource& source_;
  const Machine& machine_;
  aws::Ec2& ec2_;
};

class Import {
 public:
  Import(const InstanceId& source, const Machine& machine, const Controls& controls,
         const ImportOptions& options)
      : id_(source),
        machine_(machine),
        controls_(controls),
        options_(options),
        deadline_(controls.clock.running() + options.deadline) {}

  Result<void> run() {
    int failures = 0;
    while (true) {
      auto over = turn();
      if (!over && !may_pass(over.error(), ++failures)) return fail(over.error());
      if (over && *over) return {};
      if (over) failures = 0;
      if (controls_.clock.running() > deadline_) return fail(late(over));
      if (!controls_.waiter.wait(over ? pause_ : pause_after(failures))) return fail(interrupted());
    }
  }

 private:
  static constexpr int kFailuresMost = 8;

  // Is nothing left to do?
  Result<bool> turn() {
    TRY(const ImportSource source, look_at_source(id_, controls_.ec2));
    const auto left = steps_left(source, machine_, options_.end_source);
    if (left.empty()) return true;
    waits_for_ = describe(left.front(), id_);
    pause_ = kPollChange;
    if (!is_ready(left.front(), source)) return false;
    if (options_.on_step && told_ != left.front()) options_.on_step(left.front());
    told_ = left.front();
    TRY_VOID(std::visit(Act(source, machine_, controls_.ec2), left.front()));
    return false;
  }

  // The next look decides anew what to do after these.
  static bool may_pass(const Error& error, int failures) {
    if (failures > kFailuresMost || error.code == Errc::interrupted) return false;
    return error.code == Errc::wrong_state || passes_by_itself(error);
  }

  Error late(const Result<bool>& last) const {
    return {.code = Errc::timeout,
            .message = "the import has not ended in time; it waits to " + waits_for_ +
                       (last ? "" : ", because of " + last.error().describe()) +
                       "; run the same command again to go on"};
  }

  InstanceId id_;
  const Machine& machine_;
  const Controls& controls_;
  const ImportOptions& options_;
  Duration deadline_;  // of the clock that nobody sets
  Duration pause_{};
  std::string waits_for_;
  std::optional<ImportStep> told_;
};

}  // namespace

Result<void> check_name_is_free(const Machine& machine, aws::Ec2& ec2) {
  TRY(const auto roots, ec2.describe_volumes({}, root_filters(machine.name.str(), machine.owner)));
  for (const Volume& root : roots) {
    if (root.id == machine.volume.id || !is_current_root(root)) continue;
    return fail(Errc::refused, "rule S2: " + root.id.str() + " is the root of machine '" +
                                   machine.name.str() + "' already; give another name with --name");
  }
  return {};
}

Result<void> import_instance(const InstanceId& source, const Machine& machine,
                             const Controls& controls, const ImportOptions& options) {
  return Import(source, machine, controls, options).run();
}

}  // namespace ec2spotter
