// S2 as the local EC2 sees it: which volume is the root of a machine, and which one is retired.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

// The breaches that are seen, joined.
std::string breaches(Sim& sim) {
  std::string all;
  for (const std::string& breach : sim.core().violations()) all += breach + "\n";
  return all;
}

void tag(Sim& sim, const std::string& volume, const std::map<std::string, std::string>& tags) {
  ParamMap params{{"ResourceId.1", volume}};
  int number = 0;
  for (const auto& [key, value] : tags) {
    const std::string prefix = "Tag." + std::to_string(++number) + ".";
    params[prefix + "Key"] = "ec2spotter:" + key;
    params[prefix + "Value"] = value;
  }
  EXPECT_EQ(sim.send("CreateTags", params).status, 200);
}

std::string make_root(Sim& sim, std::map<std::string, std::string> tags = {}) {
  std::string volume = sim.make_volume();
  tags.insert({{"machine", "web"}, {"role", "root"}});
  tag(sim, volume, tags);
  return volume;
}

TEST(SimRootSafetyTest, TwoCurrentRootsAndARetiredOneWithAnInstanceAreSeen) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string one = sim.make_volume();
  const std::string two = sim.make_volume();
  tag(sim, one, {{"machine", "web"}, {"state", "current"}});
  EXPECT_EQ(breaches(sim), "");
  tag(sim, two, {{"machine", "web"}, {"state", "current"}});
  EXPECT_NE(breaches(sim).find("S2"), std::string::npos);
  tag(sim, two, {{"state", "retired"}});
  EXPECT_EQ(breaches(sim), "");
  sim.send("AttachVolume", attach_params({.volume = two, .instance = instance}));
  EXPECT_NE(breaches(sim).find("was retired and is attached again"), std::string::npos);
}

TEST(SimRootSafetyTest, DataOfAMachineAtAnotherOnesInstanceIsABreach) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string data = sim.make_volume();
  tag(sim, data, {{"machine", "web"}, {"owner", "me"}, {"role", "data"}});
  tag(sim, instance, {{"machine", "web"}, {"owner", "me"}});
  sim.send("AttachVolume", attach_params({.volume = data, .instance = instance}));
  EXPECT_EQ(breaches(sim), "");
  tag(sim, instance, {{"machine", "other"}});
  EXPECT_NE(breaches(sim).find("S4: " + data + ", the data of me/web's, is at " + instance),
            std::string::npos)
      << breaches(sim);
}

TEST(SimRootSafetyTest, TwoRootsOfOneGenerationAreABreachAndTheHigherOneRetiresTheOthers) {
  Sim sim;
  const std::string one = make_root(sim, {{"state", "current"}});
  const std::string two = make_root(sim, {{"generation", "2"}});
  EXPECT_EQ(breaches(sim), "") << "the higher one is the root, whatever the other's state says";
  tag(sim, one, {{"generation", "2"}});
  EXPECT_NE(breaches(sim).find("both the current root of web, generation 2"), std::string::npos);
  tag(sim, two, {{"state", "retired"}});
  EXPECT_EQ(breaches(sim), "");
}

TEST(SimRootSafetyTest, ARootWithoutAGenerationOrWithNonsenseInItIsOfTheFirst) {
  for (const char* nonsense : {"", "0", "-1", "1.5", "two", "99999999999999999999"}) {
    Sim sim;
    make_root(sim);
    make_root(sim, {{"generation", nonsense}});
    EXPECT_NE(breaches(sim).find("generation 1"), std::string::npos) << nonsense;
  }
}

TEST(SimRootSafetyTest, CopiesDataVolumesAndOtherMachinesAreNoSecondRoot) {
  Sim sim;
  const std::string root = make_root(sim);
  tag(sim, root, {{"volume", root}});
  make_root(sim, {{"volume", root}});
  make_root(sim, {{"role", "data"}, {"state", "current"}});
  make_root(sim, {{"machine", "mail"}});
  make_root(sim, {{"owner", "somebody"}});
  EXPECT_EQ(breaches(sim), "");
}

TEST(SimRootSafetyTest, ALowerGenerationIsAtNoInstanceAndIsNotAttachedAgain) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string old = make_root(sim, {{"state", "current"}, {"generation", "9"}});
  sim.attach({.volume = old, .instance = instance});
  const std::string root = make_root(sim, {{"generation", "10"}});
  EXPECT_NE(breaches(sim).find(old + " is at an instance, although " + root + " is the root"),
            std::string::npos);
  sim.call("DetachVolume", {{"VolumeId", old}});
  sim.advance(std::chrono::seconds(2));
  EXPECT_EQ(breaches(sim), "");
  sim.send("AttachVolume", attach_params({.volume = old, .instance = instance}));
  EXPECT_NE(breaches(sim).find(old + " was retired and is attached again"), std::string::npos);
}

TEST(SimRootSafetyTest, ACopyOfAHigherGenerationRetiresNothing) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string root = make_root(sim);
  make_root(sim, {{"generation", "2"}, {"volume", "vol-0123456789abcdef0"}});
  sim.attach({.volume = root, .instance = instance});
  EXPECT_EQ(breaches(sim), "");
}

}  // namespace
}  // namespace ec2spotter::sim
