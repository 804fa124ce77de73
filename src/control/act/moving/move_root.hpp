// The steps of a move at EC2. Each looks first, and may be repeated.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "control/act/moving/claims.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

class MoveRoot {
 public:
  MoveRoot(const Machine& machine, const Observation& seen, aws::Ec2& ec2, Claims& claims,
           Memory& memory, TimePoint now)
      : machine_(machine), seen_(seen), ec2_(ec2), claims_(claims), memory_(memory), now_(now) {}

  // Errors (rule S2): wrong_state when the volume is not the machine's root any more.
  Result<void> act(const step::OrderMove& step);
  // Errors: wrong_state (rule S5) when the last snapshot of a root is asked for that is in use.
  Result<void> act(const step::TakeSnapshot& step);
  // Errors: as TakeSnapshot, of a snapshot for the same purpose.
  Result<void> act(const step::CopySnapshot& step);
  // Errors: refused (rules S3, S4) for anything but what an order has left over.
  Result<void> act(const step::DeleteAbroad& step);
  Result<void> act(const step::CreateRoot& step);
  Result<void> act(const step::CreateData& step);
  // Errors: wrong_state when the former root is in use (rule S5), or (rule S2) when another
  // volume has come first.
  Result<void> act(const step::CommitRoot& step);
  // Errors: wrong_state when another volume has been chosen as the root already.
  Result<void> act(const step::CancelMove& step);
  Result<void> act(const step::RetireRoot& step);
  // Errors, for anything but what a move or the file has left over: refused (rule S4), wrong_state
  // (rule S3).
  Result<void> act(const step::DeleteSnapshot& step);
  Result<void> act(const step::DeleteVolume& step);
  Result<void> act(const step::EndMove& step);

 private:
  // The machine's root. Errors (rule S2): wrong_state when it is another one by now,
  // refused when it has never been this one.
  Result<Volume> check_root(const VolumeId& id);
  int newest_root(const std::vector<Volume>& all) const;  // its generation
  // Errors: wrong_state when an instance holds it, or may get it.
  Result<void> check_at_rest(const Volume& volume);
  // Errors: wrong_state when the root is not, or not any more, under an order of that number.
  static Result<void> check_order(const Volume& root, int generation);
  // Is the destination of the order the one that the first controller chose? If not, the order is
  // set right.
  Result<bool> holds_claim(const Volume& former, const MoveOrder& order);
  // Stops the order when it lacks what it needs for ever. Returns the error that tells why.
  Result<void> give_up(const Volume& root, int generation, Error why);
  // Errors: wrong_state (rule S3) when the root among them is under an order that needs it.
  static Result<void> check_not_restored(std::vector<Volume> all, const std::string& id);
  // The order of that number is void, and the root stays.
  Result<void> keep_root(const Volume& root, int generation);
  // Errors: refused when it has data volumes and no file says which.
  Result<void> check_data_is_known();
  // The machine's data volume, at rest. Errors: refused (rule S4), wrong_state (rule S5).
  Result<Volume> check_data(const VolumeId& id);
  // The data volumes of the next root get their own ids as tags, and count from its commit on.
  Result<void> choose_data_of(const step::CommitRoot& step, aws::Ec2& there);
  Result<void> make_volume(const Volume& former, const step::CreateRoot& step, Tags tags);
  // With those of the region to which the newest root has moved, if it has.
  Result<std::vector<Volume>> volumes_everywhere();

  const Machine& machine_;
  const Observation& seen_;
  aws::Ec2& ec2_;
  Claims& claims_;
  Memory& memory_;
  TimePoint now_;
};

}  // namespace ec2spotter
