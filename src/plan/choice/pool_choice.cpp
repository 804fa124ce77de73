#include "plan/choice/pool_choice.hpp"

#include <algorithm>

#include "plan/body/body_history.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

// EC2 does not say when to look at a closed pool again.
std::vector<std::string> types_of(const Machine& machine, const Observation& seen,
                                  const std::string& zone) {
  if (!machine.requirements) return machine.types;
  const auto found = seen.types.find(zone);
  return found == seen.types.end() ? std::vector<std::string>{}
                                   : found->second.value_or(std::vector<std::string>{});
}

// Waiting does not bring a missing right.
Decision wait_for_types(const Error& error, const Decisions& decide) {
  const std::string text = "EC2 did not list its instance types: " + error.describe();
  return error.code == Errc::unauthorized
             ? decide.stuck(Reason::waiting_for_types, error.code, text)
             : decide.wait(Reason::waiting_for_types, text, kPollRest);
}

bool is_lack_of_room(Errc errc) { return errc == Errc::no_capacity || errc == Errc::quota; }

std::string minutes_text(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " min";
}

class Ranking {
 public:
  Ranking(const Machine& machine, const Observation& seen, const Memory& memory, TimePoint now)
      : machine_(machine), seen_(seen), memory_(memory), now_(now) {}

  void sort(std::vector<Pool>& pools) const {
    std::stable_sort(pools.begin(), pools.end(),
                     [&](const Pool& a, const Pool& b) { return before(a, b); });
  }

  // Why the pool cannot be used now; empty: it can.
  std::string objection(const Pool& pool) const {
    if (const PoolMark* mark = closing_mark(pool)) return mark->why;
    if (auto refused = refused_lately(seen_, pool, now_)) return *refused;
    if (pool.market == Market::on_demand && spot_wait_left() > Duration::zero()) {
      return "Spot is tried for " + minutes_text(spot_wait_left()) + " more";
    }
    return {};
  }

  const PoolMark* closing_mark(const Pool& pool) const {
    const auto mark = memory_.closed_pools.find(pool);
    return mark == memory_.closed_pools.end() || mark->second.until <= now_ ? nullptr
                                                                            : &mark->second;
  }

  // How long only Spot is still tried.
  Duration spot_wait_left() const {
    if (!uses_market(machine_, Market::spot)) return Duration::zero();
    return machine_.on_demand_after - (now_ - memory_.spot_missing_since.value_or(now_));
  }

  std::string merit(const Pool& pool) const {
    if (is_shaky(pool)) return "its last instance did not stay";
    const PoolFacts facts = facts_of(pool);
    switch (machine_.pool_order) {
      case PoolOrder::listed: break;
      case PoolOrder::price:
        if (facts.price) return "cheapest at " + price_text(*facts.price);
        break;
      case PoolOrder::capacity:
        if (facts.placement_score) {
          return "best placement score " + std::to_string(*facts.placement_score);
        }
        break;
    }
    return (machine_.requirements ? "smallest open pool" : "first open pool") + missing_facts();
  }

  // Is it the better one of two open pools?
  bool before(const Pool& a, const Pool& b) const {
    if (a.market != b.market) return market_rank(a) < market_rank(b);
    if (is_shaky(a) != is_shaky(b)) return is_shaky(b);
    if (machine_.pool_order == PoolOrder::listed) return false;
    const PoolFacts facts_a = facts_of(a), facts_b = facts_of(b);
    if (machine_.pool_order == PoolOrder::capacity &&
        facts_a.placement_score != facts_b.placement_score) {
      return facts_a.placement_score > facts_b.placement_score;  // an unknown one is the least
    }
    if (!facts_a.price || !facts_b.price) return facts_a.price.has_value() && !facts_b.price;
    return *facts_a.price < *facts_b.price;
  }

 private:
  std::string missing_facts() const {
    if (!seen_.facts_denied || machine_.pool_order == PoolOrder::listed) return {};
    return ", because the right for what pool_order needs is missing: " +
           seen_.facts_denied->describe();
  }

  static std::string price_text(double price) {
    std::string text = std::to_string(price);
    return text.substr(0, text.find('.') + 5) + " USD/h";
  }

  PoolFacts facts_of(const Pool& pool) const {
    const auto found = seen_.pools.find(pool);
    return found == seen_.pools.end() ? PoolFacts{} : found->second;
  }

  bool is_shaky(const Pool& pool) const {
    const auto mark = memory_.shaky_pools.find(pool);
    return (mark != memory_.shaky_pools.end() && mark->second > now_) ||
           never_came_up_lately(seen_, pool, now_);
  }

  std::size_t market_rank(const Pool& pool) const {
    return static_cast<std::size_t>(
        std::find(machine_.markets.begin(), machine_.markets.end(), pool.market) -
        machine_.markets.begin());
  }

  const Machine& machine_;
  const Observation& seen_;
  const Memory& memory_;
  TimePoint now_;
};

}  // namespace

std::vector<Pool> pools_of(const Machine& machine, const Observation& seen,
                           const std::string& zone) {
  const std::vector<std::string> types = types_of(machine, seen, zone);
  std::vector<Pool> pools;
  pools.reserve(machine.markets.size() * types.size());
  for (const Market market : machine.markets) {
    for (const std::string& type : types) {
      pools.push_back({.instance_type = type, .zone = zone, .market = market});
    }
  }
  return pools;
}

std::optional<Decision> check_types(const Machine& machine, const Observation& seen,
                                    const std::string& zone, const Decisions& decide) {
  if (!machine.requirements) {
    if (!machine.types.empty()) return std::nullopt;
    return decide.stuck(Reason::no_matching_type, Errc::not_found,
                        "the machine file names the instance types, and it is not in this folder; "
                        "name its folder with --machines");
  }
  const auto types = seen.types.find(zone);
  if (types == seen.types.end()) {
    return decide.wait(Reason::waiting_for_types,
                       "the instance types of " + zone + " have not been read yet", kPollChange);
  }
  if (!types->second) return wait_for_types(types->second.error(), decide);
  if (!types->second->empty()) return std::nullopt;
  return decide.stuck(Reason::no_matching_type, Errc::invalid,
                      "no instance type in " + zone + " has " + describe(*machine.requirements) +
                          " in every market of the machine; widen its requirements");
}

PoolChoice choose_pool(const Machine& machine, const std::string& zone, const Observation& seen,
                       const Memory& memory, TimePoint now, Markets markets) {
  const Ranking ranking(machine, seen, memory, now);
  std::vector<Pool> pools = pools_of(machine, seen, zone);
  if (markets == Markets::spot) {
    std::erase_if(pools, [](const Pool& pool) { return pool.market != Market::spot; });
  }
  ranking.sort(pools);
  PoolChoice choice{.taken = std::nullopt,
                    .candidates = {},
                    .reopen = now + kPollCapacity,
                    .only_quota = true,
                    .only_refused = std::nullopt};
  bool refused = !pools.empty();
  for (const Pool& pool : pools) {
    std::string objection = ranking.objection(pool);
    const PoolMark* mark = ranking.closing_mark(pool);
    const bool is_refused = mark != nullptr && !is_lack_of_room(mark->errc);
    refused = refused && is_refused;
    if (is_refused && !choice.only_refused) choice.only_refused = mark->errc;
    // A pool that EC2 refuses anyway does not count as a quota.
    choice.only_quota =
        choice.only_quota && mark != nullptr && (is_refused || mark->errc == Errc::quota);
    if (!objection.empty()) {
      if (mark != nullptr) choice.reopen = std::min(choice.reopen, mark->until);
      const bool kept_back = mark == nullptr && pool.market == Market::on_demand;
      choice.only_spot_is_waited_for = choice.only_spot_is_waited_for || kept_back;
      choice.candidates.push_back({.pool = pool, .why = std::move(objection)});
      continue;
    }
    const bool take = !choice.taken;
    if (take) choice.taken = pool;
    choice.candidates.push_back(
        {.pool = pool, .taken = take, .why = take ? ranking.merit(pool) : "a later choice"});
  }
  if (!refused) choice.only_refused.reset();
  return choice;
}

bool is_better(const Pool& first, const Pool& second, const Machine& machine,
               const Observation& seen, const Memory& memory, TimePoint now) {
  return Ranking(machine, seen, memory, now).before(first, second);
}

}  // namespace ec2spotter
