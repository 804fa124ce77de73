// What the catalogue of types asks EC2 for, when, and what it finds in the answers.
#include "control/pools/type_catalogue.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "control/pools/pool_knowledge.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
constexpr const char* kZone = "us-east-1a";
const Error kBroken{.code = Errc::transport, .message = "the connection broke"};

InstanceType a_type(const std::string& name, int vcpus, int memory_gib) {
  return {.name = name,
          .vcpus = vcpus,
          .memory_mib = memory_gib * 1024,
          .markets = {Market::on_demand, Market::spot}};
}

// Answers with a list that the test sets; notes each call.
class ListingEc2 final : public SilentEc2 {
 public:
  std::vector<InstanceType> types{a_type("m5.large", 2, 8), a_type("c5.large", 2, 4),
                                  a_type("t3.medium", 2, 4), a_type("m5.xlarge", 4, 16),
                                  a_type("t3.micro", 2, 1)};
  Names offered{"t3.medium", "c5.large", "m5.large", "m5.xlarge", "t3.micro"};
  std::optional<Error> type_error, offering_error;

  Result<std::vector<InstanceType>> describe_instance_types(Architecture architecture) override {
    calls_.push_back("types " + std::string(to_string(architecture)));
    if (type_error) return fail(*type_error);
    return types;
  }
  Result<Names> describe_type_offerings(const std::string& zone) override {
    calls_.push_back("offerings " + zone);
    if (offering_error) return fail(*offering_error);
    return offered;
  }
  Result<std::vector<aws::SpotPrice>> describe_spot_prices(const Ids& asked,
                                                           const std::string&) override {
    calls_.push_back("prices of " + std::to_string(asked.size()));
    return std::vector<aws::SpotPrice>{{"m5.large", kZone, 0.01}};
  }

  Names take_calls() { return std::exchange(calls_, {}); }

 private:
  Names calls_;
};

Machine a_machine() {
  Machine machine;
  machine.pool_order = PoolOrder::price;
  machine.requirements = Requirements{
      .vcpus = {.min = 2, .max = 4}, .memory_mib = {.min = 4096, .max = {}}, .excluded = {}};
  return machine;
}

class TypeCatalogueTest : public testing::Test {
 protected:
  void refresh(TimePoint now = kNow) { catalogue.refresh(ec2, Architecture::x86_64, kZone, now); }
  Result<Names> matching() const { return catalogue.matching(machine, kZone); }

  ListingEc2 ec2;
  TypeCatalogue catalogue;
  Machine machine = a_machine();
};

TEST_F(TypeCatalogueTest, WhatFitsComesSmallestFirst) {
  refresh();
  EXPECT_EQ(matching(), (Names{"c5.large", "t3.medium", "m5.large", "m5.xlarge"}));
  machine.requirements->excluded = {"*.medium", "m5.x*"};
  EXPECT_EQ(matching(), (Names{"c5.large", "m5.large"}));
  machine.requirements->vcpus = {.min = 96, .max = {}};
  EXPECT_EQ(matching(), Names{});
}

TEST_F(TypeCatalogueTest, ATypeMustBeOfferedInTheZoneAndOnEveryMarketOfTheMachine) {
  ec2.offered = {"t3.medium", "m5.large", "future.type"};
  ec2.types[0].markets = {Market::on_demand};
  refresh();
  EXPECT_EQ(matching(), Names{"t3.medium"});
  machine.markets = {Market::on_demand};
  EXPECT_EQ(matching(), (Names{"t3.medium", "m5.large"}));
  machine.markets = {Market::spot, Market::on_demand};
  EXPECT_EQ(matching(), Names{"t3.medium"});
}

TEST_F(TypeCatalogueTest, OfManyTheSmallestAreTaken) {
  ec2.types.clear();
  ec2.offered.clear();
  for (int i = 99; i >= 10; --i) {
    ec2.offered.push_back("m" + std::to_string(i) + ".large");
    ec2.types.push_back(a_type(ec2.offered.back(), 2, i));
  }
  refresh();
  ASSERT_EQ(matching()->size(), kTypesMost);
  EXPECT_EQ(matching()->front(), "m10.large");
  EXPECT_EQ(matching()->back(), "m29.large");
}

TEST_F(TypeCatalogueTest, EachIsAskedForOnceADay) {
  refresh();
  EXPECT_EQ(ec2.take_calls(), (Names{"types x86_64", "offerings us-east-1a"}));
  refresh(kNow + kTypesLifetime - 1ms);
  EXPECT_EQ(ec2.take_calls(), Names{});
  catalogue.refresh(ec2, Architecture::x86_64, "us-east-1b", kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), Names{"offerings us-east-1b"});
  catalogue.refresh(ec2, Architecture::arm64, kZone, kNow + 1s);
  EXPECT_EQ(ec2.take_calls(), Names{"types arm64"});
  refresh(kNow + kTypesLifetime);
  EXPECT_EQ(ec2.take_calls(), (Names{"types x86_64", "offerings us-east-1a"}));
}

TEST_F(TypeCatalogueTest, AnErrorIsToldUntilThereIsAnAnswerAndNotAskedAgainAtOnce) {
  ec2.type_error = kBroken;
  refresh();
  refresh(kNow + kPauseAfterError - 1ms);
  EXPECT_EQ(ec2.take_calls(), (Names{"types x86_64", "offerings us-east-1a"}));
  ASSERT_FALSE(matching());
  EXPECT_EQ(matching().error(), kBroken);
  ec2.type_error.reset();
  refresh(kNow + kPauseAfterError);
  EXPECT_EQ(ec2.take_calls(), Names{"types x86_64"});
  EXPECT_EQ(matching()->size(), 4U);
}

TEST_F(TypeCatalogueTest, AnErrorKeepsWhatWasKnown) {
  refresh();
  ec2.type_error = ec2.offering_error = kBroken;
  refresh(kNow + kTypesLifetime);
  EXPECT_EQ(matching()->size(), 4U);
  ec2.type_error.reset();
  ec2.types.pop_back();
  ec2.types.pop_back();
  refresh(kNow + kTypesLifetime + kPauseAfterError);
  EXPECT_EQ(matching(), (Names{"c5.large", "t3.medium", "m5.large"}));
}

TEST(PoolKnowledgeTest, OfAMachineWithTypesNothingIsAsked) {
  ListingEc2 ec2;
  Machine machine;
  machine.types = {"t3.small"};
  Observation seen;
  seen.volumes.emplace_back().zone = kZone;
  Memory memory;
  PoolKnowledge knowledge;

  knowledge.complete({{.machine = &machine, .seen = &seen, .memory = &memory}}, ec2, kNow);

  EXPECT_EQ(ec2.take_calls(), Names{});
  EXPECT_TRUE(seen.types.empty());
}

TEST(PoolKnowledgeTest, TheTypesOfTheVolumesZoneComeWithTheirPrices) {
  ListingEc2 ec2;
  const Machine machine = a_machine();
  Observation seen;
  seen.volumes.emplace_back().zone = kZone;
  Memory memory;
  PoolKnowledge knowledge;

  knowledge.complete({{.machine = &machine, .seen = &seen, .memory = &memory}}, ec2, kNow);

  EXPECT_EQ(ec2.take_calls(), (Names{"types x86_64", "offerings us-east-1a", "prices of 4"}));
  EXPECT_EQ(seen.types.at(kZone)->size(), 4U);
  EXPECT_EQ(seen.pools.at(Pool{"m5.large", kZone, Market::spot}).price, 0.01);
}

}  // namespace
}  // namespace ec2spotter
