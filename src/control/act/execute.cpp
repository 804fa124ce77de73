#include "control/act/execute.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "control/act/create_fleet.hpp"
#include "control/act/disk_rules.hpp"
#include "control/act/disks/data_volumes.hpp"
#include "control/act/keys/key_note.hpp"
#include "control/act/launch_bodies.hpp"
#include "control/act/moving/move_root.hpp"
#include "control/act/moving/restore_lost.hpp"
#include "control/act/network/kept_interface.hpp"
#include "control/act/replace_root.hpp"
#include "control/act/root_holders.hpp"
#include "control/tags/batch_tags.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

class Executor {
 public:
  Executor(const Machine& machine, const Observation& seen, aws::Ec2& ec2, Memory& memory,
           TimePoint now)
      : machine_(machine), seen_(seen), ec2_(ec2), memory_(memory), now_(now) {}

  Result<void> operator()(const step::AdoptVolume& step) {
    TRY_VOID(check_only_root(step.volume));
    Tags tags = adoption_tags(machine_, step.volume, tag::kRoleRoot);
    tags[std::string(tag::kGoal)] = to_string(step.goal);
    if (step.unattended || was_unattended(step.volume)) {
      tags[std::string(tag::kUnattended)] = step.unattended ? "true" : "false";
    }
    return ec2_.create_tags({step.volume.str()}, tags);
  }

  Result<void> operator()(const step::LaunchBody& step) {
    TRY(const auto without_room, launch_bodies({{&machine_, &step, &memory_}}, ec2_, now_));
    CHECK(without_room.empty());
    return {};
  }

  Result<void> operator()(const step::AttachRoot& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const bool there, is_there(step.volume, step.instance, seen_, ec2_));
    if (there) return {};
    TRY_VOID(tell_volume(step));
    auto attached = ec2_.attach_volume(step.volume, step.instance, step.device);
    if (!attached && machine_.engine == Engine::automatic &&
        is_from_marketplace(attached.error())) {
      return (*this)(step::ChooseEngine{.volume = step.volume,
                                        .engine = Engine::replace,
                                        .because = "marketplace",
                                        .seen_at = step.instance});
    }
    if (attached) memory_.attach_sent[step.instance] = now_;
    return note_key(step.volume, std::move(attached), seen_, ec2_, now_);
  }

  Result<void> operator()(const step::AdoptData& step) {
    return adopt_data(machine_, step, seen_, ec2_);
  }

  Result<void> operator()(const step::AttachData& step) {
    TRY_VOID(check_ours(step.instance));
    return attach_data(machine_, step, seen_, ec2_);
  }

  Result<void> operator()(const step::ProtectRoot& step) {
    TRY_VOID(check_ours(step.instance));
    return ec2_.set_delete_on_termination(step.instance, step.device, false);
  }

  Result<void> operator()(const step::DetachRoot& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const auto fresh, ec2_.describe_instances({step.instance}, {}));
    for (const Instance& body : fresh) {
      if (body.state == InstanceState::stopped) continue;
      return fail(Errc::wrong_state, "rule S7: " + body.id.str() + " is " +
                                         std::string(to_string(body.state)) +
                                         ", no longer stopped; its root is not detached");
    }
    return ec2_.detach_volume(step.volume, step.instance);
  }

  Result<void> operator()(const step::MarkRoot& step) {
    TRY(const Instance* body, check_ours(step.instance));
    // A body that was launched with others carries the names of them all until now.
    Tags tags = own_names(machine_, VolumeId(tag::value(body->tags, tag::kBodyOf)));
    tags[std::string(tag::kRoot)] = to_string(step.mark);
    if (step.lacks_loader) tags[std::string(tag::kLacksLoader)] = "true";
    return ec2_.create_tags({step.instance.str()}, tags);
  }

  Result<void> operator()(const step::MoveAddress& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const Address fresh, check_our_address(step.address));
    if (fresh.instance == step.instance) return {};
    if (!belongs_to(fresh.tags, machine_)) {
      TRY_VOID(ec2_.create_tags({step.address.str()}, ownership_tags(machine_)));
    }
    if (!fresh.association.empty()) {
      TRY_VOID(ec2_.disassociate_address(fresh.association));
    }
    return ec2_.associate_address({.address = step.address,
                                   .instance = step.instance,
                                   .interface = step.interface,
                                   .allow_reassociation = false});
  }

  Result<void> operator()(const step::TerminateBody& step) {
    TRY(const Instance* body, check_ours(step.instance));
    TRY_VOID(check_no_root_task(*body, ec2_));
    TRY_VOID(disks().check_root_survives(step));
    TRY_VOID(cancel_request_of(*body));
    TRY_VOID(ec2_.terminate_instance(step.instance));
    memory_.terminate_sent[step.instance] = now_;
    return {};
  }

  // Looks at it again first: EC2 may have taken the body meanwhile, or a person stopped it.
  Result<void> operator()(const step::RebootBody& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const auto fresh, ec2_.describe_instances({step.instance}, {}));
    for (const Instance& body : fresh) {
      if (body.state == InstanceState::running) continue;
      return fail(Errc::wrong_state, body.id.str() + " is " + std::string(to_string(body.state)) +
                                         "; it is not rebooted");
    }
    memory_.restarted[step.instance] = now_;
    return ec2_.reboot_instance(step.instance);
  }

  Result<void> operator()(const step::ChooseEngine& step) {
    return choose_engine(step, seen_, ec2_);
  }

  Result<void> operator()(const step::ReplaceRoot& step) {
    TRY(const Instance* body, check_ours(step.instance));
    return note_key(step.volume, replace_root(machine_, step, *body, seen_, ec2_, memory_, now_),
                    seen_, ec2_, now_);
  }

  // Forced, as nothing is lost: it has its image's disk alone.
  Result<void> operator()(const step::StopBody& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const auto fresh, ec2_.describe_instances({step.instance}, {}));
    for (const Instance& body : fresh) {
      for (const BlockDevice& disk : body.block_devices) {
        if (!disks().is_root(disk.volume)) continue;
        return fail(Errc::wrong_state, "rule S7: " + body.id.str() + " has got " +
                                           disk.volume.str() + " meanwhile; it is not stopped");
      }
    }
    return ec2_.stop_instance(step.instance);
  }

  // Writes the tag first: after the detach, the disk is found by it.
  Result<void> operator()(const step::DetachImageDisk& step) {
    TRY_VOID(check_ours(step.instance));
    TRY_VOID(disks().check_image_disk(step.disk));
    TRY_VOID(
        ec2_.create_tags({step.instance.str()}, {{std::string(tag::kImageDisk), step.disk.str()}}));
    return ec2_.detach_volume(step.disk, step.instance);
  }

  Result<void> operator()(const step::DeleteImageDisk& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const bool exists, disks().check_image_disk(step.disk));
    if (exists) {
      TRY_VOID(ec2_.delete_volume(step.disk));
    }
    return ec2_.create_tags({step.instance.str()},
                            {{std::string(tag::kImageDisk), std::string(tag::kGone)}});
  }

  // Without capacity the body is of no use; its tag says so to every controller.
  Result<void> operator()(const step::StartBody& step) {
    TRY_VOID(check_ours(step.instance));
    TRY(const auto fresh, ec2_.describe_instances({step.instance}, {}));
    const bool in_place = std::any_of(fresh.begin(), fresh.end(), [&](const Instance& body) {
      const BlockDevice* disk = root_disk(body);
      return disk != nullptr && disk->volume == step.volume &&
             disk->state == AttachmentState::attached;
    });
    if (!in_place) {
      return fail(Errc::wrong_state, step.volume.str() + " is not the root disk of " +
                                         step.instance.str() + "; it is not started");
    }
    TRY_VOID(check_may_be_used(step.volume, ec2_));
    auto started = ec2_.start_instance(step.instance);
    if (started) memory_.attach_sent[step.instance] = now_;
    // A missing right or an unknown error says nothing about the body.
    const bool unclear = !started && (started.error().code == Errc::unauthorized ||
                                      started.error().code == Errc::internal);
    if (started || unclear || !close_pool(memory_, step.pool, started.error(), now_)) {
      return started;
    }
    return (*this)(step::MarkRoot{step.instance, RootMark::silent});
  }

  // An instance that a request launches again has none of the launch's tags. Source: the launch
  // specification of DescribeSpotInstanceRequests, which has no place for them.
  Result<void> operator()(const step::AdoptBody& step) {
    TRY(const SpotRequest* request, check_our_request(step.request));
    TRY(const auto fresh, ec2_.describe_instances({step.instance}, {}));
    for (const Instance& body : fresh) {
      const bool others = body.tags.contains(std::string(tag::kOwner));
      if (body.spot_request != step.request || others) break;
      return ec2_.create_tags(with_its_disks(body), request->tags);
    }
    return fail(Errc::refused, "rule S4: " + step.instance.str() + " does not come from " +
                                   step.request.str() +
                                   " or has another owner's tags; it is not changed");
  }

  Result<void> operator()(const step::CancelRequest& step) {
    TRY_VOID(check_our_request(step.request));
    return ec2_.cancel_spot_request(step.request);
  }

  Result<void> operator()(const step::AdoptAddress& step) {
    TRY_VOID(check_our_address(step.address));
    return ec2_.create_tags({step.address.str()}, ownership_tags(machine_));
  }

  Result<void> operator()(const step::CreateFleet& step) {
    return create_fleet(machine_, step, seen_, ec2_, memory_, now_);
  }

  Result<void> operator()(const step::DeleteFleet& step) {
    TRY_VOID(check_our_fleet(step.fleet));
    TRY_VOID(ec2_.delete_fleet(step.fleet));
    if (step.launch_template.empty()) return {};
    auto deleted = ec2_.delete_launch_template(step.launch_template);
    if (!deleted && deleted.error().code != Errc::not_found) return deleted;
    return {};
  }

  Result<void> operator()(const step::RestoreLostRoot& step) {
    TemplateClaims claims(machine_, ec2_);
    return restore_lost_root(machine_, step, ec2_, claims, now_);
  }

  Result<void> operator()(const step::MakeInterface& step) { return interfaces().act(step); }
  Result<void> operator()(const step::RecordInterface& step) { return interfaces().act(step); }
  Result<void> operator()(const step::DeleteInterface& step) { return interfaces().act(step); }

  // The steps of a move.
  template <class Step>
  Result<void> operator()(const Step& step) {
    TemplateClaims claims(machine_, ec2_);
    return MoveRoot(machine_, seen_, ec2_, claims, memory_, now_).act(step);
  }

 private:
  DiskRules disks() const { return {machine_, seen_, ec2_}; }
  KeptInterface interfaces() { return {machine_, seen_, ec2_, memory_, now_}; }

  bool was_unattended(const VolumeId& id) const {
    return std::any_of(seen_.volumes.begin(), seen_.volumes.end(), [&](const Volume& volume) {
      return volume.id == id && volume.tags.contains(std::string(tag::kUnattended));
    });
  }

  // An instance that was launched before its root was made reads from its tag which one it is.
  Result<void> tell_volume(const step::AttachRoot& step) {
    TRY(const Instance* body, check_ours(step.instance));
    if (tag::value(body->tags, tag::kBodyOf) != tag::kToCome) return {};
    return ec2_.create_tags({step.instance.str()}, own_names(machine_, step.volume));
  }

  // An instance that a request has just launched has only its image's disks.
  std::vector<std::string> with_its_disks(const Instance& body) const {
    std::vector<std::string> ids{body.id.str()};
    for (const BlockDevice& disk : body.block_devices) {
      if (disk.delete_on_termination && !disks().is_root(disk.volume))
        ids.push_back(disk.volume.str());
    }
    return ids;
  }

  // Source: what EC2 answers, as users quote it: "... with Marketplace codes may not be attached as
  // a secondary device".
  static bool is_from_marketplace(const Error& error) {
    return error.api_code == "OperationNotPermitted" &&
           error.message.find("Marketplace") != std::string::npos;
  }

  // A persistent request, which bodies that are stopped have, would launch the next one by itself.
  Result<void> cancel_request_of(const Instance& body) {
    if (!is_for(body, Engine::swap) || body.spot_request.empty()) return {};
    return ec2_.cancel_spot_request(body.spot_request);
  }

  // Rule S4, as for bodies.
  Result<void> check_our_fleet(const FleetId& id) const {
    for (const Fleet& fleet : seen_.fleets) {
      if (fleet.id == id && belongs_to(fleet.tags, machine_)) return {};
    }
    return fail(Errc::refused,
                "rule S4: " + id.str() + " does not carry our tags; it is not changed");
  }

  // Rule S4: asked of EC2 just before the address is tagged or moved, as others may have taken it.
  Result<Address> check_our_address(const AllocationId& id) {
    TRY(const auto fresh, ec2_.describe_addresses({{"allocation-id", {id.str()}}}));
    if (fresh.empty()) return fail(Errc::not_found, id.str() + " does not exist any more");
    if (const auto other = other_user(fresh.front(), machine_, seen_)) {
      return fail(Errc::refused, "rule S4: " + fresh.front().public_ip + " belongs to " + *other +
                                     "; it is not moved");
    }
    return fresh.front();
  }

  Result<const SpotRequest*> check_our_request(const SpotRequestId& id) const {
    for (const SpotRequest& request : seen_.requests) {
      if (request.id == id && belongs_to(request.tags, machine_)) return &request;
    }
    return fail(Errc::refused,
                "rule S4: " + id.str() + " does not carry our tags; it is not changed");
  }

  // Rule S4: only what carries our tags is touched; find_bodies asked EC2 for just those.
  Result<const Instance*> check_ours(const InstanceId& id) const {
    for (const Instance& body : seen_.bodies) {
      if (body.id == id && (belongs_to(body.tags, machine_) || breaks_rule(4))) return &body;
    }
    return fail(Errc::refused,
                "rule S4: " + id.str() + " does not carry our tags; it is not changed");
  }

  // Rule S2: a machine has one root; asked of EC2 just before another volume would become it.
  Result<void> check_only_root(const VolumeId& id) {
    if (breaks_rule(2)) return {};
    TRY(const auto roots,
        ec2_.describe_volumes({}, root_filters(machine_.name.str(), machine_.owner)));
    for (const Volume& root : roots) {
      if (root.id == id || !is_current_root(root)) continue;
      if (generation_of(root) < generation_among(roots, id)) continue;
      // A person has chosen between a root and its copy, by the id.
      if (machine_.volume.id == id && root.attachments.empty()) continue;
      return fail(Errc::refused, "rule S2: " + root.id.str() + " is the root of this machine; " +
                                     id.str() + " does not become a second one");
    }
    return {};
  }

  static int generation_among(const std::vector<Volume>& roots, const VolumeId& id) {
    for (const Volume& root : roots) {
      if (root.id == id) return generation_of(root);
    }
    return 1;
  }

  const Machine& machine_;
  const Observation& seen_;
  aws::Ec2& ec2_;
  Memory& memory_;
  TimePoint now_;
};

}  // namespace

Result<void> execute(const Machine& machine, const Step& step, const Observation& seen,
                     aws::Ec2& ec2, Memory& memory, TimePoint now) {
  auto done = std::visit(Executor(machine, seen, ec2, memory, now), step);
  if (!done) return fail(with_context(std::move(done).error(), describe(step)));
  return {};
}

}  // namespace ec2spotter
