#include "control/pools/type_catalogue.hpp"

#include <algorithm>
#include <tuple>

#include "base/result.hpp"
#include "control/pools/pool_facts.hpp"

namespace ec2spotter {
namespace {

bool is_smaller(const InstanceType* a, const InstanceType* b) {
  return std::tie(a->vcpus, a->memory_mib, a->name) < std::tie(b->vcpus, b->memory_mib, b->name);
}

bool is_on_every_market(const InstanceType& type, const Machine& machine) {
  return std::all_of(machine.markets.begin(), machine.markets.end(), [&](Market market) {
    return std::find(type.markets.begin(), type.markets.end(), market) != type.markets.end();
  });
}

}  // namespace

template <class T>
template <class Ask>
void TypeCatalogue::Answer<T>::refresh(Ask ask, TimePoint now) {
  if (due > now) return;
  Result<T> answer = ask();
  due = now + (answer ? kTypesLifetime : kPauseAfterError);
  if (answer || !known) known = std::move(answer);
}

void TypeCatalogue::refresh(aws::Ec2& ec2, Architecture architecture, const std::string& zone,
                            TimePoint now) {
  types_[architecture].refresh([&] { return ec2.describe_instance_types(architecture); }, now);
  offered_[zone].refresh(
      [&] {
        return ec2.describe_type_offerings(zone).map([](const std::vector<std::string>& names) {
          return std::set<std::string>(names.begin(), names.end());
        });
      },
      now);
}

Result<std::vector<std::string>> TypeCatalogue::matching(const Machine& machine,
                                                         const std::string& zone) const {
  CHECK(machine.requirements);
  const auto types = types_.find(machine.requirements->architecture);
  const auto offered = offered_.find(zone);
  if (types == types_.end() || offered == offered_.end()) {
    return fail(Errc::internal, "the types of " + zone + " have not been read yet");
  }
  if (!offered->second.known) return fail(offered->second.known.error());
  if (!types->second.known) return fail(types->second.known.error());
  std::vector<const InstanceType*> fitting;
  for (const InstanceType& type : *types->second.known) {
    if (offered->second.known->contains(type.name) && is_on_every_market(type, machine) &&
        fulfils(type, *machine.requirements)) {
      fitting.push_back(&type);
    }
  }
  std::sort(fitting.begin(), fitting.end(), is_smaller);
  if (fitting.size() > kTypesMost) fitting.resize(kTypesMost);
  std::vector<std::string> names;
  names.reserve(fitting.size());
  for (const InstanceType* type : fitting) names.push_back(type->name);
  return names;
}

}  // namespace ec2spotter
