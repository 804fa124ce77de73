#include "control/loop/step_order.hpp"

namespace ec2spotter {
namespace {

struct KindOf {
  using enum StepKind;
  StepKind operator()(const step::AttachRoot&) const { return give_root; }
  StepKind operator()(const step::AttachData&) const { return give_root; }
  StepKind operator()(const step::ProtectRoot&) const { return give_root; }
  StepKind operator()(const step::ReplaceRoot&) const { return give_root; }
  StepKind operator()(const step::StartBody&) const { return give_root; }
  StepKind operator()(const step::CommitRoot&) const { return give_root; }
  StepKind operator()(const step::CancelMove&) const { return give_root; }
  StepKind operator()(const step::RestoreLostRoot&) const { return give_root; }

  StepKind operator()(const step::LaunchBody&) const { return make_ready; }
  StepKind operator()(const step::MakeInterface&) const { return make_ready; }
  StepKind operator()(const step::OrderMove&) const { return make_ready; }
  StepKind operator()(const step::TakeSnapshot&) const { return make_ready; }
  StepKind operator()(const step::CopySnapshot&) const { return make_ready; }
  StepKind operator()(const step::CreateRoot&) const { return make_ready; }
  StepKind operator()(const step::CreateData&) const { return make_ready; }
  StepKind operator()(const step::CreateFleet&) const { return make_ready; }
  StepKind operator()(const step::DetachRoot&) const { return make_ready; }
  StepKind operator()(const step::StopBody&) const { return make_ready; }
  StepKind operator()(const step::DetachImageDisk&) const { return make_ready; }

  StepKind operator()(const step::AdoptVolume&) const { return take_in; }
  StepKind operator()(const step::AdoptData&) const { return take_in; }
  StepKind operator()(const step::AdoptAddress&) const { return take_in; }
  StepKind operator()(const step::AdoptBody&) const { return take_in; }
  StepKind operator()(const step::MoveAddress&) const { return take_in; }
  StepKind operator()(const step::RebootBody&) const { return take_in; }
  StepKind operator()(const step::ChooseEngine&) const { return take_in; }
  StepKind operator()(const step::CancelRequest&) const { return take_in; }
  StepKind operator()(const step::DeleteFleet&) const { return take_in; }

  StepKind operator()(const step::MarkRoot&) const { return record; }
  StepKind operator()(const step::RetireRoot&) const { return record; }
  StepKind operator()(const step::RecordInterface&) const { return record; }

  StepKind operator()(const step::DeleteImageDisk&) const { return tidy_up; }
  StepKind operator()(const step::DeleteInterface&) const { return tidy_up; }
  StepKind operator()(const step::DeleteSnapshot&) const { return tidy_up; }
  StepKind operator()(const step::DeleteVolume&) const { return tidy_up; }
  StepKind operator()(const step::EndMove&) const { return tidy_up; }
  StepKind operator()(const step::DeleteAbroad&) const { return tidy_up; }
  // An instance that may have the root holds it until it ends; one that must not is a spare one.
  StepKind operator()(const step::TerminateBody& step) const {
    return step.lacks.empty() ? make_ready : tidy_up;
  }
};

}  // namespace

StepKind kind_of(const Step& step) { return std::visit(KindOf{}, step); }

bool goes_first(const Decision& a, const Decision& b) {
  if (a.steps.empty() || b.steps.empty()) return !a.steps.empty() && b.steps.empty();
  return kind_of(a.steps.front()) < kind_of(b.steps.front());
}

bool has_share(const Step& step, Duration acting_for) {
  const TurnShare& share = kStepOrder.at(static_cast<std::size_t>(kind_of(step)));
  return acting_for <= share.started_within;
}

}  // namespace ec2spotter
