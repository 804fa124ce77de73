// What `doctor` makes of what EC2 shows.
#include <gtest/gtest.h>

#include "control/checks/hardware.hpp"
#include "control/checks/quota.hpp"

namespace ec2spotter {
namespace {

const aws::TypeHardware kNitro{.name = "m5.large",
                               .vcpus = 2,
                               .architectures = {"x86_64"},
                               .boot_modes = {"legacy-bios", "uefi"},
                               .needs_ena = true};
const aws::TypeHardware kBiosOnly{.name = "t2.small",
                                  .vcpus = 1,
                                  .architectures = {"i386", "x86_64"},
                                  .boot_modes = {"legacy-bios"}};
const aws::TypeHardware kArm{.name = "t4g.small",
                             .vcpus = 2,
                             .architectures = {"arm64"},
                             .boot_modes = {"uefi"},
                             .needs_ena = true};

aws::ImageHardware image(const std::string& architecture, const std::string& boot_mode,
                         bool has_ena = true) {
  return {.id = ImageId("ami-1"),
          .architecture = architecture,
          .boot_mode = boot_mode,
          .has_ena = has_ena};
}

TEST(HardwareTest, AnImageStartsOnTypesOfItsArchitectureBootModeAndNetworkAdapter) {
  EXPECT_FALSE(misfit(image("x86_64", ""), kNitro));
  EXPECT_FALSE(misfit(image("x86_64", "uefi"), kNitro));
  EXPECT_FALSE(misfit(image("x86_64", "uefi-preferred"), kBiosOnly));
  EXPECT_FALSE(misfit(image("x86_64", "", false), kBiosOnly));
  EXPECT_FALSE(misfit(image("arm64", "uefi"), kArm));
  EXPECT_TRUE(misfit(image("x86_64", "uefi"), kBiosOnly));
  EXPECT_TRUE(misfit(image("x86_64", "", false), kNitro));
  EXPECT_TRUE(misfit(image("x86_64", ""), kArm));
  EXPECT_TRUE(misfit(image("arm64", "legacy-bios"), kArm));
}

TEST(HardwareTest, AMisfitIsAProblemOnlyWhenNoTypeFits) {
  const auto one_fits = check_hardware(image("x86_64", ""), {kNitro, kArm});
  EXPECT_FALSE(has_problem(one_fits));
  EXPECT_EQ(one_fits.size(), 2U);
  EXPECT_EQ(one_fits.front().severity, Severity::warning);
  EXPECT_TRUE(has_problem(check_hardware(image("x86_64", ""), {kArm})));
  // Types that EC2 does not know are the business of check_offers.
  EXPECT_TRUE(check_hardware(image("x86_64", ""), {}).empty());
}

TEST(OffersTest, AZoneWithoutAnyOfTheTypesIsAProblem) {
  const auto findings =
      check_offers({"a.small", "b.small"},
                   {{"z1", {"a.small", "b.small"}}, {"z2", {"a.small"}}, {"z3", {"c.small"}}});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].severity, Severity::ok);
  EXPECT_EQ(findings[1].severity, Severity::warning);
  EXPECT_EQ(findings[2].severity, Severity::problem);
  EXPECT_NE(findings[1].because.find("z2 does not offer b.small"), std::string::npos);
}

TEST(QuotaTest, EachFamilyHasItsQuota) {
  for (const char* type : {"t3.small", "m7i-flex.large", "c5.large", "r6i.large", "i4i.large",
                           "im4gn.large", "d3.xlarge", "h1.2xlarge", "a1.large", "z1d.large"}) {
    EXPECT_EQ(quota_code(type, Market::spot), "L-34B43A08") << type;
    EXPECT_EQ(quota_code(type, Market::on_demand), "L-1216C47A") << type;
  }
  EXPECT_EQ(quota_code("g4ad.xlarge", Market::spot), "L-3819A6DF");
  EXPECT_EQ(quota_code("vt1.3xlarge", Market::on_demand), "L-DB2E81BA");
  EXPECT_EQ(quota_code("p4d.24xlarge", Market::spot), "L-7212CCBC");
  for (const char* type : {"inf2.xlarge", "trn1.2xlarge", "dl1.24xlarge", "hpc7a.12xlarge",
                           "mac2.metal", "u-6tb1.metal", "x2idn.16xlarge", "f1.2xlarge", ""}) {
    EXPECT_EQ(quota_code(type, Market::spot), "") << type;
  }
}

QuotaUse use(int limit, int used, int own) {
  return {.market = Market::spot,
          .code = "L-34B43A08",
          .limit = limit,
          .used = used,
          .own = own,
          .smallest_type = "t3.small",
          .smallest = 2};
}

TEST(QuotaTest, ThereMustBeRoomForTheNextInstanceOnceThisOneIsGone) {
  EXPECT_EQ(check_quota(use(1, 0, 0)).severity, Severity::problem);
  EXPECT_EQ(check_quota(use(2, 0, 0)).severity, Severity::ok);
  // The present instance makes room when Spot takes it, and none for a hand-over.
  EXPECT_EQ(check_quota(use(2, 2, 2)).severity, Severity::warning);
  EXPECT_EQ(check_quota(use(4, 2, 2)).severity, Severity::ok);
  EXPECT_EQ(check_quota(use(4, 4, 0)).severity, Severity::problem);
  EXPECT_NE(check_quota(use(4, 4, 0)).cure.find("--desired-value 6"), std::string::npos);
}

}  // namespace
}  // namespace ec2spotter
