// Region, endpoint and CA bundle: which of option, variable and profile decides.
#include "aws/config/endpoints.hpp"

#include <gtest/gtest.h>

#include "aws/config/ca_bundle.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

// Profiles of a home folder with these files.
struct Home {
  explicit Home(const std::string& config, Variables variables = {},
                const std::string& credentials = "")
      : environment(environment_of(std::move(variables), folder.path())) {
    folder.write(".aws/config", config);
    folder.write(".aws/credentials", credentials);
  }
  Result<Profiles> profiles(const std::optional<std::string>& chosen = std::nullopt) const {
    return Profiles::load(environment, chosen);
  }
  TempFolder folder;
  Environment environment;
};

std::string region_of(const Home& home, const std::optional<std::string>& option = std::nullopt) {
  const auto profiles = home.profiles();
  const auto region = configured_region(home.environment, *profiles, option);
  return region ? region->value_or("none") : region.error().message;
}

TEST(RegionTest, TheOptionThenTheVariablesThenTheProfile) {
  const std::string config = "[default]\nregion = eu-north-1\n";
  const Variables both{{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}};
  EXPECT_EQ(region_of(Home(config, both), "ap-south-1"), "ap-south-1");
  EXPECT_EQ(region_of(Home(config, both)), "eu-west-1");
  EXPECT_EQ(region_of(Home(config, {{"AWS_DEFAULT_REGION", "eu-west-2"}})), "eu-west-2");
  EXPECT_EQ(region_of(Home(config)), "eu-north-1");
  EXPECT_EQ(region_of(Home("")), "none");
}

TEST(RegionTest, ATextThatIsNoRegionNamesItsPlace) {
  EXPECT_EQ(region_of(Home("", {{"AWS_REGION", "eu west"}})),
            "the region 'eu west' of AWS_REGION is not a region; write for example eu-west-1");
  EXPECT_EQ(region_of(Home(""), "x/../y"),
            "the region 'x/../y' of --region is not a region; write for example eu-west-1");
}

TEST(EndpointTest, ThePublicAddressesOfThePartitions) {
  const auto ec2 = [](std::string_view region, EndpointVariant variant = {}) {
    return public_endpoint(ServiceName::ec2, region, variant);
  };
  EXPECT_EQ(ec2("eu-west-1"), "https://ec2.eu-west-1.amazonaws.com");
  EXPECT_EQ(ec2("cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(ec2("us-gov-west-1"), "https://ec2.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(ec2("eusc-de-east-1"), "https://ec2.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(ec2("us-iso-east-1"), "https://ec2.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(ec2("us-isob-east-1"), "https://ec2.us-isob-east-1.sc2s.sgov.gov");
  EXPECT_EQ(ec2("eu-west-1", {.dualstack = true}), "https://ec2.eu-west-1.api.aws");
  EXPECT_EQ(ec2("us-east-1", {.fips = true}), "https://ec2-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(public_endpoint(ServiceName::sts, "eu-west-1", {}),
            "https://sts.eu-west-1.amazonaws.com");
}

std::string endpoint_of(const Home& home, const std::optional<std::string>& option = std::nullopt,
                        ServiceName service = ServiceName::ec2) {
  const auto profiles = home.profiles();
  const auto found = endpoint(home.environment, *profiles, service, "us-east-1", option);
  return found ? *found : found.error().message;
}

TEST(EndpointTest, IamIsOneForAPartition) {
  const auto address = [](const char* region) {
    return public_endpoint(ServiceName::iam, region, {}) + " " +
           std::string(identity_region(region));
  };
  EXPECT_EQ(address("eu-west-1"), "https://iam.amazonaws.com us-east-1");
  EXPECT_EQ(address("cn-northwest-1"), "https://iam.cn-north-1.amazonaws.com.cn cn-north-1");
  EXPECT_EQ(address("us-gov-east-1"), "https://iam.us-gov.amazonaws.com us-gov-west-1");
}

TEST(EndpointTest, TheOptionThenTheVariablesThenTheProfile) {
  const std::string config =
      "[default]\nservices = local\nendpoint_url = http://profile\n"
      "[services local]\nec2 =\n  endpoint_url = http://section\n";
  const Variables both{{"AWS_ENDPOINT_URL_EC2", "http://of-ec2"},
                       {"AWS_ENDPOINT_URL", "http://of-all"}};
  EXPECT_EQ(endpoint_of(Home(config, both), "http://option/"), "http://option");
  EXPECT_EQ(endpoint_of(Home(config, both)), "http://of-ec2");
  EXPECT_EQ(endpoint_of(Home(config, both), std::nullopt, ServiceName::sts), "http://of-all");
  EXPECT_EQ(endpoint_of(Home(config)), "http://section");
  EXPECT_EQ(endpoint_of(Home(config), std::nullopt, ServiceName::ssm), "http://profile");
  EXPECT_EQ(endpoint_of(Home("")), "https://ec2.us-east-1.amazonaws.com");
}

TEST(EndpointTest, ConfiguredAddressesCanBeIgnored) {
  EXPECT_EQ(endpoint_of(Home("", {{"AWS_ENDPOINT_URL", "http://x"},
                                  {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}})),
            "https://ec2.us-east-1.amazonaws.com");
}

TEST(EndpointTest, WhatIsNoAddressNamesItsPlace) {
  EXPECT_EQ(endpoint_of(Home("", {{"AWS_ENDPOINT_URL", "localhost:4566"}})),
            "the endpoint of AWS_ENDPOINT_URL is not an http or https address: localhost:4566; "
            "write for example http://127.0.0.1:4566");
}

TEST(EndpointTest, AServicesSectionThatIsWrittenWronglyIsRefusedAndNotPassedOver) {
  const std::string profile = "[default]\nservices = loc\n";
  EXPECT_EQ(endpoint_of(Home("[services loc]\n  ec2 =\n    endpoint_url = http://127.0.0.1:4566"
                             "\n  sts =\n    endpoint_url = http://127.0.0.1:4567\n" +
                             profile)),
            "http://127.0.0.1:4566");
  EXPECT_EQ(endpoint_of(Home("[services 'loc']\nsts =\n  endpoint_url = http://h:1\n" + profile)),
            "https://ec2.us-east-1.amazonaws.com");
  EXPECT_NE(endpoint_of(Home(profile)).find("which is not in the config file; add it"),
            std::string::npos);
  EXPECT_NE(endpoint_of(Home("[services loc]\nec2 = http://127.0.0.1:4566\n" + profile))
                .find("on an indented line of its own below 'ec2 ='"),
            std::string::npos);
}

TEST(CaBundleTest, TheVariableThenTheProfileThenThatOfRequests) {
  const auto bundle_of = [](const std::string& config, Variables variables) {
    const Home home(config, std::move(variables));
    const std::string found = ca_bundle(home.environment, *home.profiles());
    const std::string folder = home.folder.path().string();
    return found.starts_with(folder) ? "~" + found.substr(folder.size()) : found;
  };
  const std::string config = "[default]\nca_bundle = ~/profile.pem\n";
  const Variables both{{"AWS_CA_BUNDLE", "~/aws.pem"}, {"REQUESTS_CA_BUNDLE", "/requests.pem"}};
  const Variables requests{{"AWS_CA_BUNDLE", ""}, {"REQUESTS_CA_BUNDLE", "/requests.pem"}};
  EXPECT_EQ(bundle_of(config, both), "~/aws.pem");
  EXPECT_EQ(bundle_of(config, requests), "~/profile.pem");
  EXPECT_EQ(bundle_of("", requests), "/requests.pem");
  EXPECT_EQ(bundle_of("", {}), "");
}

TEST(ProfilesTest, AnIndentedFileIsReadByTheDepthOfItsKeys) {
  const Home home(
      "[default]\n  region = eu-west-1\n  output = json\n"
      "[profile 'my work']\n\tregion : eu-west-2\n\t\tnot-a-key\n  # remark\n\tOutput=text # all "
      "of it\n",
      {}, "[default]\r\n\taws_access_key_id = A\r\n\taws_secret_access_key = s\r\n");
  const auto profiles = home.profiles();
  ASSERT_TRUE(profiles) << profiles.error().message;
  EXPECT_EQ(profiles->current(), (IniSection{{"region", "eu-west-1"},
                                             {"output", "json"},
                                             {"aws_access_key_id", "A"},
                                             {"aws_secret_access_key", "s"}}));
  ASSERT_NE(profiles->find("my work"), nullptr);
  EXPECT_EQ(*profiles->find("my work"),
            (IniSection{{"region", "eu-west-2\nnot-a-key"}, {"output", "text # all of it"}}));
}

TEST(ProfilesTest, WhatStandsTwiceIsRefusedByItsLine) {
  const auto said = [](const std::string& config) {
    const auto profiles = Home(config).profiles();
    return profiles ? "" : profiles.error().message;
  };
  EXPECT_NE(said("[a]\nregion = x\nRegion = y\n").find("line 3: sets what line 2 has set already"),
            std::string::npos);
  EXPECT_NE(said("[a]\n[b]\n[a]\n").find("line 3: opens [a], which an earlier line has opened"),
            std::string::npos);
}

TEST(ProfilesTest, TheCredentialsFileWinsAndBothAreMerged) {
  const Home home("[profile work]\nregion = eu-west-1\naws_access_key_id = CONFIG\n", {},
                  "[work]\naws_access_key_id = CREDENTIALS\n");
  const auto profiles = home.profiles("work");
  ASSERT_TRUE(profiles) << profiles.error().message;
  EXPECT_EQ(setting(profiles->current(), "region"), "eu-west-1");
  EXPECT_EQ(setting(profiles->current(), "aws_access_key_id"), "CREDENTIALS");
}

TEST(ProfilesTest, AProfileThatIsNowhereIsRefused) {
  const auto profiles = Home("", {{"AWS_PROFILE", "wrok"}}).profiles();
  ASSERT_FALSE(profiles);
  EXPECT_EQ(profiles.error().code, Errc::invalid);
  EXPECT_NE(profiles.error().message.find("the profile 'wrok' is neither in "), std::string::npos);
}

TEST(ProfilesTest, AFileThatEveryoneCanReadIsWarnedOf) {
  Home home("", {}, "[default]\naws_access_key_id = A\naws_secret_access_key = hush\n");
  std::filesystem::permissions(home.folder.path() / ".aws/credentials",
                               std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto profiles = home.profiles();
  ASSERT_TRUE(profiles);
  ASSERT_EQ(profiles->warnings().size(), 1U);
  EXPECT_NE(profiles->warnings()[0].find("chmod 600"), std::string::npos);
  EXPECT_EQ(profiles->warnings()[0].find("hush"), std::string::npos);
}

TEST(ProfilesTest, TheNullDeviceIsAnEmptyFileAndAFolderIsNone) {
  TempFolder folder;
  const auto load = [](const std::string& path) {
    return Profiles::load(environment_of({{"AWS_CONFIG_FILE", path}}), std::nullopt);
  };
  EXPECT_TRUE(load("/dev/null"));
  const auto refused = load(folder.path().string());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("it is a folder; name a file"), std::string::npos);
}

TEST(ProfilesTest, ABrokenLineIsNamedButNotShown) {
  const auto profiles = Home("[default]\nregion = x\nthe-secret-itself\n").profiles();
  ASSERT_FALSE(profiles);
  EXPECT_NE(profiles.error().message.find('3'), std::string::npos);
  EXPECT_EQ(profiles.error().message.find("the-secret-itself"), std::string::npos);
}

std::string queue_endpoint_of(const std::string& url, Variables variables = {},
                              const std::optional<std::string>& option = std::nullopt) {
  const Home home("", std::move(variables));
  const auto found = queue_endpoint(home.environment, *home.profiles(), url, option);
  return found ? *found : found.error().message;
}

TEST(QueueEndpointTest, TheConfiguredAddressElseTheQueuesOwnHost) {
  const std::string queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/events";
  EXPECT_EQ(queue_endpoint_of(queue), "https://sqs.eu-west-1.amazonaws.com");
  EXPECT_EQ(queue_endpoint_of("http://127.0.0.1:4599/123456789012/events"),
            "http://127.0.0.1:4599");
  const Variables both{{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
                       {"AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:2/"}};
  EXPECT_EQ(queue_endpoint_of(queue, both), "http://127.0.0.1:2");
  EXPECT_EQ(queue_endpoint_of(queue, {*both.begin()}), "http://127.0.0.1:1");
  EXPECT_EQ(queue_endpoint_of(queue, both, "http://127.0.0.1:3"), "http://127.0.0.1:3");
}

TEST(QueueEndpointTest, WhatIsNoAddressOfAQueueIsNamed) {
  EXPECT_EQ(queue_endpoint_of("events"),
            "'events' is not the address of a queue; write for example "
            "https://sqs.eu-west-1.amazonaws.com/123456789012/name");
  for (const char* url : {"", "https://sqs.eu-west-1.amazonaws.com/", "ftp://host/1/q",
                          "https://host/1/q?x=y", "https://user@host/1/q"}) {
    EXPECT_NE(queue_endpoint_of(url).find("is not the address of a queue"), std::string::npos)
        << url;
  }
}

}  // namespace
}  // namespace ec2spotter::aws
