// What is known of the pools' markets: Spot prices and placement scores, each with its lifetime.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "base/clock.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// A price moves in the course of hours, and one call asks for all of them.
inline constexpr Duration kPriceLifetime = std::chrono::minutes{10};
// EC2 counts what it is asked to score, and a score is a guess about the hours ahead.
inline constexpr Duration kScoreLifetime = std::chrono::hours{1};
// Long enough for a throttled account to recover, short enough to be of use for the next launch.
inline constexpr Duration kPauseAfterError = std::chrono::minutes{1};
// A turn must not wait for the scores of many types; the others get theirs in the next ones.
inline constexpr int kScoreCallsPerTurn = 3;

// Facts about Spot pools of one region. On-demand pools have neither price nor score here.
class PoolFactsBook {
 public:
  // Asks EC2 for the prices of `priced` and the scores of `scored` that are not known at `now` or
  // older than their lifetime. After an error, what was known stays, and the same is not asked
  // again for kPauseAfterError.
  void refresh(aws::Ec2& ec2, const std::vector<Pool>& priced, const std::vector<Pool>& scored,
               TimePoint now);

  // What is known of these pools, however old; pools without any facts are left out.
  std::map<Pool, PoolFacts> facts(const std::vector<Pool>& wanted) const;

  // The right that was missing when EC2 was last asked for prices or scores, if one was.
  std::optional<Error> denied() const { return prices_denied_ ? prices_denied_ : scores_denied_; }

 private:
  void refresh_prices(aws::Ec2& ec2, const std::set<Pool>& wanted, TimePoint now);
  void refresh_scores(aws::Ec2& ec2, const std::set<Pool>& wanted, TimePoint now);
  // True once the names of the zones are known.
  bool know_zones(aws::Ec2& ec2, TimePoint now);
  bool refresh_score(aws::Ec2& ec2, const std::string& instance_type, TimePoint now);
  void set_scores(const std::string& instance_type, const std::vector<aws::PlacementScore>& scores);

  std::map<Pool, PoolFacts> known_;
  std::optional<Error> prices_denied_, scores_denied_;
  // When each may be asked for again.
  std::map<Pool, TimePoint> price_due_;
  std::map<std::string, TimePoint> score_due_;  // by instance type: one call scores all zones
  TimePoint zones_due_{};
  std::map<std::string, std::string> zone_names_;  // by id; fixed for an account
};

}  // namespace ec2spotter
