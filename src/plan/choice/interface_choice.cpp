#include "plan/choice/interface_choice.hpp"

#include <algorithm>
#include <tuple>

#include "model/tags.hpp"
#include "plan/body/body_view.hpp"

namespace ec2spotter {
namespace {

bool is_on_living_body(const Observation& seen, const NetworkInterface& interface) {
  return std::any_of(seen.bodies.begin(), seen.bodies.end(), [&](const Instance& body) {
    return body.id == interface.instance && is_live(body);
  });
}

}  // namespace

const NetworkInterface* choose_interface(const Observation& seen, const Volume& root,
                                         const std::string& zone) {
  const InterfaceId recorded = recorded_interface(root);
  const auto rank = [&](const NetworkInterface& each) {
    return std::tuple(each.id != recorded, !is_on_living_body(seen, each), each.id);
  };
  const NetworkInterface* best = nullptr;
  for (const NetworkInterface& each : seen.interfaces) {
    if (each.zone == zone && (best == nullptr || rank(each) < rank(*best))) best = &each;
  }
  return best;
}

InterfaceId recorded_interface(const Volume& root) {
  const std::string value = tag::value(root.tags, tag::kInterface);
  return value == tag::kToCome || value == tag::kGone ? InterfaceId() : InterfaceId(value);
}

const NetworkInterface* interface_of(const Observation& seen, const Instance& body) {
  const auto found =
      std::find_if(seen.interfaces.begin(), seen.interfaces.end(),
                   [&](const NetworkInterface& each) { return each.instance == body.id; });
  return found == seen.interfaces.end() ? nullptr : &*found;
}

bool may_have_interfaces(const Machine& machine, const std::vector<Volume>& roots) {
  return machine.keeps_private_ip ||
         std::any_of(roots.begin(), roots.end(), [](const Volume& root) {
           const std::string value = tag::value(root.tags, tag::kInterface);
           return !value.empty() && value != tag::kGone;
         });
}

std::string describe(const NetworkInterface& interface) {
  return interface.id.str() + " (" + interface.private_ip + ")";
}

}  // namespace ec2spotter
