// The order of the sources, and what is kept of what they gave.
#include "aws/credentials/chain.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

struct Found {
  std::string key;  // or the error's message
  std::vector<std::string> warnings;
};

// Looks for credentials with these files and variables; nobody answers on the network.
Found look(const TempFolder& folder, Variables variables, const ChainOptions& options,
           const std::optional<std::string>& profile = std::nullopt) {
  variables.emplace("AWS_EC2_METADATA_DISABLED", "true");
  const Environment environment = environment_of(std::move(variables), folder.path());
  const auto profiles = Profiles::load(environment, profile);
  EXPECT_TRUE(profiles) << profiles.error().message;
  ScriptedTransport http;
  const ManualClock clock(kNow);
  CorrectedClock corrected(clock);
  Found found;
  const auto credentials = find_credentials({environment, *profiles, http, corrected, "eu-west-1"},
                                            options, found.warnings);
  found.key = credentials ? credentials->access_key_id : credentials.error().message;
  return found;
}

const Variables kOfEnvironment{{"AWS_ACCESS_KEY_ID", "ENVIRONMENT"},
                               {"AWS_SECRET_ACCESS_KEY", "s"}};

TEST(ChainTest, TheEnvironmentThenTheProfileThenTheOriginalsFile) {
  TempFolder folder;
  const ChainOptions options{.legacy_file = folder.write("creds", "LEGACY\nsecret\n").string()};
  EXPECT_EQ(look(folder, {}, options).key, "LEGACY");
  folder.write(".aws/credentials", "[default]\naws_access_key_id=PROFILE\naws_secret_access_key=s");
  EXPECT_EQ(look(folder, {}, options).key, "PROFILE");
  EXPECT_EQ(look(folder, kOfEnvironment, options).key, "ENVIRONMENT");
}

TEST(ChainTest, AProfileThatWasAskedForComesBeforeTheEnvironment) {
  TempFolder folder;
  folder.write(".aws/credentials", "[work]\naws_access_key_id=WORK\naws_secret_access_key=s");
  EXPECT_EQ(
      look(folder, kOfEnvironment, {.profile_was_asked_for = true, .legacy_file = ""}, "work").key,
      "WORK");
}

TEST(ChainTest, ASourceThatIsSetUpButWrongEndsTheSearch) {
  TempFolder folder;
  folder.write(".aws/credentials", "[default]\naws_access_key_id=PROFILE\naws_secret_access_key=s");
  const auto found = look(folder, {{"AWS_ACCESS_KEY_ID", "HALF"}}, {.legacy_file = ""});
  EXPECT_NE(found.key.find("AWS_SECRET_ACCESS_KEY is not"), std::string::npos);
}

TEST(ChainTest, WithoutAnyTheMessageNamesThePlacesAndTheCure) {
  TempFolder folder;
  const auto found = look(folder, {}, {.legacy_file = "/gone/creds"});
  EXPECT_NE(found.key.find("no AWS credentials found"), std::string::npos);
  EXPECT_NE(found.key.find("/gone/creds"), std::string::npos);
  EXPECT_NE(found.key.find("run aws configure"), std::string::npos);
}

TEST(ChainTest, AFileThatEveryoneCanReadIsWarnedOf) {
  TempFolder folder;
  const auto file = folder.write("creds", "LEGACY\nsecret\n");
  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto found = look(folder, {}, {.legacy_file = file.string()});
  EXPECT_EQ(found.key, "LEGACY");
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_EQ(found.warnings[0],
            "every user of this machine can read " + file.string() + "; run chmod 600 on it");
}

TEST(CachingProviderTest, KeepsCredentialsUntilFiveMinutesBeforeTheirEnd) {
  ManualClock clock(kNow);
  int loads = 0;
  CachingProvider provider(
      [&]() -> Result<Credentials> {
        ++loads;
        Credentials credentials = test_credentials();
        credentials.expires = clock.now() + 1h;
        return credentials;
      },
      clock);
  ASSERT_TRUE(provider.get());
  clock.advance(54min);
  ASSERT_TRUE(provider.get());
  EXPECT_EQ(loads, 1);
  clock.advance(2min);
  ASSERT_TRUE(provider.get());
  EXPECT_EQ(loads, 2);
  provider.forget();
  ASSERT_TRUE(provider.get());
  EXPECT_EQ(loads, 3);
}

TEST(CachingProviderTest, TheOldOnesServeToTheirVeryEndWhenNoNewOnesCome) {
  ManualClock clock(kNow);
  bool broken = false;
  CachingProvider provider(
      [&]() -> Result<Credentials> {
        if (broken) return fail(Errc::transport, "STS is away");
        Credentials credentials = test_credentials();
        credentials.expires = clock.now() + 1h;
        return credentials;
      },
      clock);
  ASSERT_TRUE(provider.get());
  broken = true;
  clock.advance(58min);
  EXPECT_TRUE(provider.get());
  clock.advance(3min);
  EXPECT_EQ(provider.get().error().code, Errc::transport);
}

}  // namespace
}  // namespace ec2spotter::aws
