#include "model/decision.hpp"

namespace ec2spotter {

std::string_view to_string(RootMark mark) { return mark == RootMark::up ? "up" : "silent"; }

namespace {

struct Describe {
  std::string operator()(const step::AdoptVolume& s) const {
    return "tag " + s.volume.str() + ", goal " + std::string(to_string(s.goal)) +
           (s.unattended ? ", unattended" : "");
  }
  std::string operator()(const step::LaunchBody& s) const {
    return "launch " + describe(s.pool) + (s.interface.empty() ? "" : " on " + s.interface.str()) +
           (s.takes_over.empty() ? "" : " to take over from " + s.takes_over.str());
  }
  std::string operator()(const step::AttachRoot& s) const {
    return "attach " + s.volume.str() + " to " + s.instance.str() + " as " + s.device;
  }
  std::string operator()(const step::AdoptData& s) const { return "tag " + s.volume.str(); }
  std::string operator()(const step::AttachData& s) const {
    return "attach " + s.volume.str() + " to " + s.instance.str() + " as " + s.device;
  }
  std::string operator()(const step::ProtectRoot& s) const {
    return "keep " + s.volume.str() + " when " + s.instance.str() + " terminates";
  }
  std::string operator()(const step::DetachRoot& s) const {
    return "detach " + s.volume.str() + " from " + s.instance.str();
  }
  std::string operator()(const step::MarkRoot& s) const {
    return "record that the root is " + std::string(to_string(s.mark)) + " on " + s.instance.str();
  }
  std::string operator()(const step::MoveAddress& s) const {
    return "move the address to " + s.instance.str();
  }
  std::string operator()(const step::TerminateBody& s) const {
    return "terminate " + s.instance.str();
  }
  std::string operator()(const step::ChooseEngine& s) const {
    return "record engine " + std::string(to_string(s.engine)) + " on " + s.volume.str();
  }
  std::string operator()(const step::ReplaceRoot& s) const {
    return "replace the root disk of " + s.instance.str() + " by " + s.volume.str();
  }
  std::string operator()(const step::StopBody& s) const { return "stop " + s.instance.str(); }
  std::string operator()(const step::DetachImageDisk& s) const {
    return "detach the image's disk " + s.disk.str() + " from " + s.instance.str();
  }
  std::string operator()(const step::DeleteImageDisk& s) const {
    return "delete the image's disk " + s.disk.str();
  }
  std::string operator()(const step::StartBody& s) const { return "start " + s.instance.str(); }
  std::string operator()(const step::AdoptBody& s) const { return "tag " + s.instance.str(); }
  std::string operator()(const step::CancelRequest& s) const { return "cancel " + s.request.str(); }
  std::string operator()(const step::RebootBody& s) const { return "reboot " + s.instance.str(); }
  std::string operator()(const step::AdoptAddress& s) const { return "tag " + s.address.str(); }
  std::string operator()(const step::CreateFleet& s) const {
    return "create a fleet of " + std::to_string(s.pools.size()) + " pools for " + s.volume.str();
  }
  std::string operator()(const step::OrderMove& s) const {
    return "order for " + s.volume.str() + ": " + to_string(s.order);
  }
  std::string operator()(const step::TakeSnapshot& s) const {
    return "take a snapshot of " + s.volume.str();
  }
  std::string operator()(const step::CopySnapshot& s) const {
    return "copy " + s.snapshot.str() + " to the region of " + s.order.zone;
  }
  std::string operator()(const step::DeleteAbroad& s) const {
    return "delete " + s.id + " in " + s.region;
  }
  std::string operator()(const step::CreateRoot& s) const {
    return "create a volume from " + s.snapshot.str() + " in " + s.order.zone;
  }
  std::string operator()(const step::CreateData& s) const {
    return "create a data volume from " + s.snapshot.str() + " in " + s.order.zone;
  }
  std::string operator()(const step::CommitRoot& s) const {
    return "make " + s.volume.str() + " the root instead of " + s.former.str();
  }
  std::string operator()(const step::CancelMove& s) const {
    return "keep " + s.volume.str() + " as the root";
  }
  std::string operator()(const step::RestoreLostRoot& s) const {
    return "make a root of what is there: " + destination_of(s.order);
  }
  std::string operator()(const step::RetireRoot& s) const {
    return "record that " + s.volume.str() + " is retired";
  }
  std::string operator()(const step::DeleteSnapshot& s) const {
    return "delete " + s.snapshot.str();
  }
  std::string operator()(const step::DeleteVolume& s) const { return "delete " + s.volume.str(); }
  std::string operator()(const step::EndMove& s) const {
    return "forget the move to " + s.volume.str();
  }
  std::string operator()(const step::MakeInterface& s) const {
    return "create a network interface in " + s.zone;
  }
  std::string operator()(const step::RecordInterface& s) const {
    return s.interface.empty()
               ? "record on " + s.volume.str() + " that the machine keeps no network interface"
               : "record " + s.interface.str() + " on " + s.volume.str();
  }
  std::string operator()(const step::DeleteInterface& s) const {
    return "delete " + s.interface.str();
  }
  std::string operator()(const step::DeleteFleet& s) const { return "delete " + s.fleet.str(); }
};

}  // namespace

std::string describe(const Step& step) { return std::visit(Describe{}, step); }

}  // namespace ec2spotter
