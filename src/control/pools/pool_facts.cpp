#include "control/pools/pool_facts.hpp"

namespace ec2spotter {
namespace {

std::set<Pool> spot_pools(const std::vector<Pool>& pools) {
  std::set<Pool> spot;
  for (const Pool& pool : pools) {
    if (pool.market == Market::spot) spot.insert(pool);
  }
  return spot;
}

template <class T>
std::optional<Error> denial(const Result<T>& answer) {
  if (answer || answer.error().code != Errc::unauthorized) return std::nullopt;
  return answer.error();
}

template <class Key>
bool is_due(const std::map<Key, TimePoint>& due, const Key& key, TimePoint now) {
  const auto it = due.find(key);
  return it == due.end() || it->second <= now;
}

}  // namespace

void PoolFactsBook::refresh(aws::Ec2& ec2, const std::vector<Pool>& priced,
                            const std::vector<Pool>& scored, TimePoint now) {
  refresh_prices(ec2, spot_pools(priced), now);
  refresh_scores(ec2, spot_pools(scored), now);
}

std::map<Pool, PoolFacts> PoolFactsBook::facts(const std::vector<Pool>& wanted) const {
  std::map<Pool, PoolFacts> facts;
  for (const Pool& pool : wanted) {
    const auto it = known_.find(pool);
    if (it != known_.end() && it->second != PoolFacts{}) facts.insert(*it);
  }
  return facts;
}

void PoolFactsBook::refresh_prices(aws::Ec2& ec2, const std::set<Pool>& wanted, TimePoint now) {
  std::set<Pool> stale;
  std::set<std::string> types;
  std::set<std::string> zones;
  for (const Pool& pool : wanted) {
    if (!is_due(price_due_, pool, now)) continue;
    stale.insert(pool);
    types.insert(pool.instance_type);
    zones.insert(pool.zone);
  }
  if (stale.empty()) return;
  const auto prices = ec2.describe_spot_prices({types.begin(), types.end()},
                                               zones.size() == 1 ? *zones.begin() : "");
  prices_denied_ = denial(prices);
  for (const Pool& pool : stale) {
    price_due_[pool] = now + (prices ? kPriceLifetime : kPauseAfterError);
    if (prices) known_[pool].price.reset();
  }
  if (!prices) return;
  for (const aws::SpotPrice& price : *prices) {
    const Pool pool{price.instance_type, price.zone, Market::spot};
    if (stale.contains(pool)) known_[pool].price = price.price;
  }
}

// The turn's calls end with the first error: the next call is likely to fail in the same way.
void PoolFactsBook::refresh_scores(aws::Ec2& ec2, const std::set<Pool>& wanted, TimePoint now) {
  std::set<std::string> stale;
  for (const Pool& pool : wanted) {
    if (is_due(score_due_, pool.instance_type, now)) stale.insert(pool.instance_type);
  }
  if (stale.empty() || !know_zones(ec2, now)) return;
  int calls = 0;
  for (const std::string& type : stale) {
    if (calls++ == kScoreCallsPerTurn || !refresh_score(ec2, type, now)) return;
  }
}

bool PoolFactsBook::know_zones(aws::Ec2& ec2, TimePoint now) {
  if (!zone_names_.empty()) return true;
  if (now < zones_due_) return false;
  zones_due_ = now + kPauseAfterError;
  const auto zones = ec2.describe_zones();
  scores_denied_ = denial(zones);
  if (!zones) return false;
  for (const aws::Zone& zone : *zones) zone_names_[zone.id] = zone.name;
  return !zone_names_.empty();
}

bool PoolFactsBook::refresh_score(aws::Ec2& ec2, const std::string& instance_type, TimePoint now) {
  const auto scores = ec2.spot_placement_scores(instance_type);
  scores_denied_ = denial(scores);
  score_due_[instance_type] = now + (scores ? kScoreLifetime : kPauseAfterError);
  if (!scores) return false;
  set_scores(instance_type, *scores);
  return true;
}

// Also for zones that nobody has asked about yet: the reply has them anyway.
void PoolFactsBook::set_scores(const std::string& instance_type,
                               const std::vector<aws::PlacementScore>& scores) {
  for (const auto& [id, zone] : zone_names_) {
    const auto known = known_.find({instance_type, zone, Market::spot});
    if (known != known_.end()) known->second.placement_score.reset();
  }
  for (const aws::PlacementScore& score : scores) {
    const auto zone = zone_names_.find(score.zone_id);
    if (zone == zone_names_.end()) continue;
    known_[{instance_type, zone->second, Market::spot}].placement_score = score.score;
  }
}

}  // namespace ec2spotter
