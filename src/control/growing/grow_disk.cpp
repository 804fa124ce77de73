#include "control/growing/grow_disk.hpp"

#include <optional>

#include "control/growing/growth.hpp"
#include "control/loop/drive.hpp"
#include "control/tags/ownership.hpp"
#include "model/move.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

constexpr int kFailuresMost = 8;  // in a row

class GrowDisk {
 public:
  GrowDisk(const Machine& machine, const VolumeId& volume, int size_gib, const Controls& controls)
      : machine_(machine), volume_(volume), size_gib_(size_gib), controls_(controls) {}

  Result<Grown> run(Duration deadline) {
    const Duration until = controls_.clock.running() + deadline;
    int failures = 0;
    while (true) {
      const auto turned = turn();
      if (turned && *turned == Growth::done) return Grown{*former_gib_, size_gib_};
      failures = turned ? 0 : failures + 1;
      if (!turned && (failures > kFailuresMost || !passes(turned.error()))) {
        return fail(turned.error());
      }
      if (controls_.clock.running() > until) return fail(late());
      const Duration pause = turned ? kPollChange : pause_after(failures);
      if (!controls_.waiter.wait(pause)) return fail(interrupted());
    }
  }

 private:
  // What EC2 answers to a change that it does not take now says so for longer than we would wait.
  static bool passes(const Error& error) {
    return error.code != Errc::wrong_state && error.code != Errc::not_found &&
           passes_by_itself(error);
  }

  Result<Growth> turn() {
    TRY(const Volume volume, look());
    TRY(const auto changes,
        controls_.ec2.describe_volume_changes({{"volume-id", {volume_.str()}}}));
    const std::optional<VolumeChange> last =
        changes.empty() ? std::nullopt : std::optional(changes.front());
    if (!former_gib_) former_gib_ = volume.size_gib;
    TRY(const Growth growth, growth_of(volume, last ? &*last : nullptr, size_gib_));
    if (growth != Growth::needed) return growth;
    if (asked_at_ && last != before_ && last && last->state == "failed") {
      return fail(Errc::internal, "EC2 could not grow " + volume_.str() + ": " + last->message +
                                      "; the volume is as it was: run the same command again");
    }
    // EC2 may show late what it has been asked for.
    if (asked_at_ && controls_.clock.running() - *asked_at_ < kStorageShown) {
      return Growth::under_way;
    }
    if (refusal_) return fail(*refusal_);
    before_ = last;
    return ask();
  }

  // Rule S4: asked of EC2 just before the volume is changed.
  Result<Volume> look() {
    TRY(const auto found, controls_.ec2.describe_volumes({}, {{"volume-id", {volume_.str()}}}));
    if (found.empty()) return fail(Errc::not_found, volume_.str() + " does not exist any more");
    const Volume& volume = found.front();
    if (!belongs_to(volume.tags, machine_) || is_copy(volume)) {
      return fail(Errc::refused,
                  "rule S4: " + volume_.str() + " does not carry our tags; it is not changed");
    }
    if (order_of(volume)) {
      return fail(Errc::wrong_state,
                  "the root of machine '" + machine_.name.str() +
                      "' is under an order to move, so that another volume takes its place; wait "
                      "until that is done, or stop it with `move NAME --cancel`");
    }
    return volume;
  }

  Result<Growth> ask() {
    const auto asked = controls_.ec2.grow_volume(volume_, size_gib_);
    const Errc code = asked ? Errc::already_done : asked.error().code;
    const bool unknown = code == Errc::transport || code == Errc::timeout;
    // EC2 is at work at a change that it does not show yet: it may be the wished one.
    const bool busy = !asked && asked.error().api_code == "IncorrectModificationState";
    if (!asked && !unknown && !busy) return fail(asked.error());
    asked_at_ = controls_.clock.running();
    if (busy) refusal_ = asked.error();
    return Growth::under_way;
  }

  Error late() const {
    return {.code = Errc::timeout,
            .message = "EC2 has not made " + volume_.str() +
                       " larger in time; run the same "
                       "command again to go on"};
  }

  const Machine& machine_;
  const VolumeId& volume_;
  int size_gib_;
  const Controls& controls_;
  std::optional<int> former_gib_;
  std::optional<Duration> asked_at_;      // of the clock that nobody sets
  std::optional<VolumeChange> before_{};  // the last change, when EC2 was asked
  std::optional<Error> refusal_{};  // EC2's answer, while another change may be the wished one
};

}  // namespace

Result<Grown> grow_disk(const Machine& machine, const VolumeId& volume, int size_gib,
                        const Controls& controls, Duration deadline) {
  return GrowDisk(machine, volume, size_gib, controls).run(deadline);
}

}  // namespace ec2spotter
