#include "control/ending/end_machine.hpp"

#include <algorithm>
#include <iterator>

#include "control/act/execute.hpp"
#include "control/loop/drive.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

Machine ending_machine(const Machine& machine) {
  Machine last = machine;
  last.ends = true;
  last.keeps_private_ip = false;
  return last;
}

// Else the next launch would look for an interface that is gone.
Result<void> record_interface_gone(const Machine& machine, const Volume& root, const Look& look,
                                   const Controls& controls) {
  if (!may_have_interfaces(machine, {root})) return {};
  if (look.seen.interfaces_unread || !look.seen.interfaces.empty()) {
    return fail(Errc::wrong_state, "EC2 has not shown that the network interface which " +
                                       root.id.str() +
                                       " names is gone; run the same command again");
  }
  Memory memory;
  return execute(machine, step::RecordInterface{root.id, InterfaceId()}, look.seen, controls.ec2,
                 memory, controls.clock.now());
}

// The user's own tags on it stay, and so does the address.
Result<void> let_go_of_addresses(const std::vector<Address>& addresses, aws::Ec2& ec2) {
  for (const Address& address : addresses) {
    TRY_VOID(ec2.delete_tags({address.id.str()}, our_keys(address.tags)));
  }
  return {};
}

// Those of fleets, and the claims of moves that every controller knows to be over.
Result<void> delete_templates(const Machine& machine, const Volume& root, aws::Ec2& ec2,
                              TimePoint now) {
  TRY(const auto templates,
      ec2.describe_launch_templates({tag_filter(tag::kMachine, machine.name.str()),
                                     tag_filter(tag::kOwner, machine.owner.str())}));
  for (const LaunchTemplate& each : templates) {
    const bool is_claim = tag::value(each.tags, tag::kRole) == tag::kRoleClaim;
    if (is_claim && now - root_since(root) < kClaimsKept) continue;
    auto deleted = ec2.delete_launch_template(each.id);
    if (!deleted && deleted.error().code != Errc::not_found) return deleted;
  }
  return {};
}

bool is_at_rest(const Volume& root) {
  return parse_goal(tag::value(root.tags, tag::kGoal)) == Goal::paused &&
         root.state == VolumeState::available && root.attachments.empty() && !order_of(root);
}

// Rules S3 and S4: asked of EC2 just before the only copy of a machine is deleted. EC2 may show
// late that it is at rest, and refuses to delete a volume that an instance has got meanwhile.
Result<void> delete_root(const Machine& machine, const VolumeId& id, const Controls& controls) {
  const Duration until = controls.clock.running() + kStorageShown;
  while (true) {
    TRY(const auto found, controls.ec2.describe_volumes({}, {{"volume-id", {id.str()}}}));
    if (found.empty()) return {};
    const Volume& root = found.front();
    if (!carries_tags_of(root, machine) || !is_current_root(root)) {
      return fail(Errc::refused,
                  "rule S4: " + id.str() + " is not the root of this machine; it is not deleted");
    }
    if (is_at_rest(root)) return controls.ec2.delete_volume(id);
    if (controls.clock.running() > until) {
      return fail(Errc::wrong_state, "rule S3: " + id.str() +
                                         " is in use again, or its machine was launched "
                                         "meanwhile; it is not deleted");
    }
    if (!controls.waiter.wait(kPollChange)) return fail(interrupted());
  }
}

// One that an earlier run has let go of carries our tags no more; the machine's file names it.
void add_known_address(const Look& look, std::vector<Address>& addresses) {
  const auto& known = look.seen.address;
  if (known && addresses.empty() && our_keys(known->tags).empty()) addresses.push_back(*known);
}

}  // namespace

Result<Ended> end_machine(const Machine& machine, RootFate fate, const Controls& controls,
                          Duration deadline) {
  const Machine last = ending_machine(machine);
  TRY(const Look look, drive(last, controls, {.goal = Goal::paused, .deadline = deadline}));
  const Volume* root = choose_root(last, look.seen, controls.clock.now()).volume;
  if (root == nullptr) {
    return fail(Errc::wrong_state, "machine '" + machine.name.str() + "' has lost its root");
  }
  Ended ended{
      .root = root->id, .address_released = may_have_interfaces(last, {*root}), .remains = {}};
  TRY_VOID(record_interface_gone(last, *root, look, controls));
  TRY(ended.remains, find_remains(last, controls.ec2));
  TRY_VOID(let_go_of_addresses(ended.remains.addresses, controls.ec2));
  add_known_address(look, ended.remains.addresses);
  TRY_VOID(delete_templates(last, *root, controls.ec2, controls.clock.now()));
  if (fate == RootFate::kept) return ended;
  TRY_VOID(delete_root(last, ended.root, controls));
  std::erase_if(ended.remains.roots, [&](const Volume& each) { return each.id == ended.root; });
  return ended;
}

}  // namespace ec2spotter
