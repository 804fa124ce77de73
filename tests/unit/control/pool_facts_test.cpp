// What the book of pool facts asks EC2 for, and when.
#include "control/pools/pool_facts.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
const Pool kSmallA{"t3.small", "us-east-1a", Market::spot};
const Pool kSmallB{"t3.small", "us-east-1b", Market::spot};
const Pool kLargeA{"m5.large", "us-east-1a", Market::spot};
const Error kBroken{.code = Errc::transport, .message = "the connection broke"};
using Calls = std::vector<std::string>;

// Answers from a market that the test sets; notes each call.
class MarketEc2 final : public SilentEc2 {
 public:
  std::vector<aws::SpotPrice> prices{{"t3.small", "us-east-1a", 0.01},
                                     {"t3.small", "us-east-1b", 0.02},
                                     {"m5.large", "us-east-1a", 0.04}};
  std::map<std::string, std::vector<aws::PlacementScore>> scores;
  std::optional<Error> price_error, zone_error;
  std::map<std::string, Error> score_errors;

  MarketEc2() {
    scores["t3.small"] = {{"use1-az1", 3}, {"use1-az2", 1}};
    scores["m5.large"] = {{"use1-az1", 2}};
  }

  Result<std::vector<aws::Zone>> describe_zones() override {
    calls_.emplace_back("zones");
    if (zone_error) return fail(*zone_error);
    return std::vector<aws::Zone>{{"us-east-1a", "use1-az1"}, {"us-east-1b", "use1-az2"}};
  }
  Result<std::vector<aws::SpotPrice>> describe_spot_prices(const std::vector<std::string>& types,
                                                           const std::string& zone) override {
    std::string call = "prices";
    for (const std::string& type : types) call += " " + type;
    calls_.push_back(call + (zone.empty() ? "" : " in " + zone));
    if (price_error) return fail(*price_error);
    return prices;
  }
  Result<std::vector<aws::PlacementScore>> spot_placement_scores(const std::string& type) override {
    calls_.push_back("score " + type);
    if (score_errors.contains(type)) return fail(score_errors[type]);
    return scores[type];
  }

  Calls take_calls() { return std::exchange(calls_, {}); }

 private:
  Calls calls_;
};

TEST(PoolFactsTest, WhatIsWantedIsAskedForOnceAndScoresComeUnderTheirZonesNames) {
  MarketEc2 ec2;
  PoolFactsBook book;
  const std::vector<Pool> wanted{kSmallA, kSmallB, kLargeA};

  book.refresh(ec2, wanted, wanted, kNow);

  EXPECT_EQ(ec2.take_calls(),
            (Calls{"prices m5.large t3.small", "zones", "score m5.large", "score t3.small"}));
  EXPECT_EQ(book.facts(wanted),
            (std::map<Pool, PoolFacts>{{kSmallA, {.price = 0.01, .placement_score = 3}},
                                       {kSmallB, {.price = 0.02, .placement_score = 1}},
                                       {kLargeA, {.price = 0.04, .placement_score = 2}}}));
  book.refresh(ec2, wanted, wanted, kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), Calls{});
}

TEST(PoolFactsTest, OnlyWhatIsWantedAndStaleIsAskedFor) {
  MarketEc2 ec2;
  PoolFactsBook book;
  book.refresh(ec2, {}, {}, kNow);
  EXPECT_EQ(ec2.take_calls(), Calls{});
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow);
  EXPECT_EQ(ec2.take_calls(), (Calls{"prices t3.small in us-east-1a", "zones", "score t3.small"}));
  EXPECT_FALSE(book.facts({kSmallB}).at(kSmallB).price) << "its score came along";

  book.refresh(ec2, {kSmallA, kSmallB}, {kSmallA, kSmallB}, kNow + kPriceLifetime - 1ms);
  EXPECT_EQ(ec2.take_calls(), Calls{"prices t3.small in us-east-1b"});
  book.refresh(ec2, {kSmallA, kSmallB}, {kSmallA, kSmallB}, kNow + kPriceLifetime);
  EXPECT_EQ(ec2.take_calls(), Calls{"prices t3.small in us-east-1a"});
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + kScoreLifetime);
  EXPECT_EQ(ec2.take_calls(), (Calls{"prices t3.small in us-east-1a", "score t3.small"}));
}

TEST(PoolFactsTest, APoolWithoutAPriceIsNotAskedForAgainAtOnce) {
  MarketEc2 ec2;
  PoolFactsBook book;
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow);
  ec2.prices.clear();
  ec2.scores.clear();
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + kScoreLifetime);
  EXPECT_EQ(book.facts({kSmallA}), (std::map<Pool, PoolFacts>{})) << "EC2 has said that it is gone";
  ec2.take_calls();
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + kScoreLifetime + 5min);
  EXPECT_EQ(ec2.take_calls(), Calls{});
}

TEST(PoolFactsTest, OnDemandPoolsHaveNoMarket) {
  MarketEc2 ec2;
  PoolFactsBook book;
  const Pool on_demand{"t3.small", "us-east-1a", Market::on_demand};
  book.refresh(ec2, {on_demand}, {on_demand}, kNow);
  EXPECT_EQ(ec2.take_calls(), Calls{});
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow);
  EXPECT_TRUE(book.facts({on_demand}).empty());
}

TEST(PoolFactsTest, AMissingRightIsToldUntilItIsGiven) {
  MarketEc2 ec2;
  PoolFactsBook book;
  ec2.price_error = Error{.code = Errc::unauthorized, .message = "no prices for you"};
  book.refresh(ec2, {kSmallA}, {}, kNow);
  ASSERT_TRUE(book.denied());
  EXPECT_EQ(book.denied()->message, "no prices for you");
  ec2.price_error = kBroken;
  book.refresh(ec2, {kSmallA}, {}, kNow + kPauseAfterError);
  EXPECT_FALSE(book.denied()) << "another error is no news";
  ec2.price_error.reset();
  ec2.score_errors["t3.small"] = Error{.code = Errc::unauthorized, .message = "no scores"};
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + 2 * kPauseAfterError);
  EXPECT_TRUE(book.denied());
}

TEST(PoolFactsTest, AnErrorKeepsWhatWasKnownAndIsAskedAgainAfterAMinute) {
  MarketEc2 ec2;
  PoolFactsBook book;
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow);
  ec2.take_calls();
  ec2.price_error = kBroken;
  ec2.score_errors["t3.small"] = kBroken;
  ec2.prices[0].price = 0.5;
  const TimePoint later = kNow + kScoreLifetime;

  book.refresh(ec2, {kSmallA}, {kSmallA}, later);
  book.refresh(ec2, {kSmallA}, {kSmallA}, later + kPauseAfterError - 1ms);

  const Calls both{"prices t3.small in us-east-1a", "score t3.small"};
  EXPECT_EQ(ec2.take_calls(), both);
  EXPECT_EQ(book.facts({kSmallA}).at(kSmallA), (PoolFacts{.price = 0.01, .placement_score = 3}));
  ec2.price_error.reset();
  book.refresh(ec2, {kSmallA}, {kSmallA}, later + kPauseAfterError);
  EXPECT_EQ(ec2.take_calls(), both);
  EXPECT_EQ(book.facts({kSmallA}).at(kSmallA), (PoolFacts{.price = 0.5, .placement_score = 3}));
}

TEST(PoolFactsTest, WithoutTheZonesNoScoreIsSpent) {
  MarketEc2 ec2;
  PoolFactsBook book;
  ec2.zone_error = kBroken;
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow);
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), (Calls{"prices t3.small in us-east-1a", "zones"}));
  ec2.zone_error.reset();
  book.refresh(ec2, {kSmallA}, {kSmallA}, kNow + kPauseAfterError);
  EXPECT_EQ(ec2.take_calls(), (Calls{"zones", "score t3.small"}));
}

TEST(PoolFactsTest, ATurnAsksForFewScoresAndTheNextOnesForTheRest) {
  MarketEc2 ec2;
  PoolFactsBook book;
  std::vector<Pool> wanted;
  for (const char* type : {"a", "b", "c", "d"}) wanted.push_back({type, "us-east-1a"});
  book.refresh(ec2, wanted, wanted, kNow);
  EXPECT_EQ(ec2.take_calls(),
            (Calls{"prices a b c d in us-east-1a", "zones", "score a", "score b", "score c"}));
  book.refresh(ec2, wanted, wanted, kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), Calls{"score d"});
}

TEST(PoolFactsTest, ATypeThatAlwaysFailsDoesNotStarveTheOthers) {
  MarketEc2 ec2;
  PoolFactsBook book;
  ec2.score_errors["a"] = {.code = Errc::quota, .message = "too many", .api_code = "Max"};
  const std::vector<Pool> wanted{{"a", "us-east-1a"}, {"b", "us-east-1a"}};
  book.refresh(ec2, wanted, wanted, kNow);
  EXPECT_EQ(ec2.take_calls(), (Calls{"prices a b in us-east-1a", "zones", "score a"}));
  book.refresh(ec2, wanted, wanted, kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), Calls{"score b"});
}

}  // namespace
}  // namespace ec2spotter
