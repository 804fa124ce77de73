// Which instance types meet requirements, from EC2's own list of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "base/clock.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// EC2 adds types and offers them in further zones every few weeks.
inline constexpr Duration kTypesLifetime = std::chrono::hours{24};
// With wide requirements, the list must stay short enough to read and to ask EC2 for prices.
inline constexpr std::size_t kTypesMost = 20;

// The types of one region, for any number of machines.
class TypeCatalogue {
 public:
  // Asks EC2 for the types of this architecture and for those that the zone offers, where they are
  // not known at `now` or older than kTypesLifetime. After an error, what was known stays, and
  // the same is not asked again for kPauseAfterError.
  void refresh(aws::Ec2& ec2, Architecture architecture, const std::string& zone, TimePoint now);

  // The names of the types that the zone offers on every market of the machine and that meet its
  // requirements: the kTypesMost smallest by vCPUs, then memory, then name, in that order. The
  // machine has requirements. Errors: EC2's, when they are not known.
  Result<std::vector<std::string>> matching(const Machine& machine, const std::string& zone) const;

 private:
  // An answer of EC2 with its lifetime.
  template <class T>
  struct Answer {
    Result<T> known = fail(Errc::internal, "not asked yet");
    TimePoint due{};  // when to ask (again)

    template <class Ask>
    void refresh(Ask ask, TimePoint now);
  };

  std::map<Architecture, Answer<std::vector<InstanceType>>> types_;
  std::map<std::string, Answer<std::set<std::string>>> offered_;  // by zone
};

}  // namespace ec2spotter
