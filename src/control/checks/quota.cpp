#include "control/checks/quota.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ec2spotter {
namespace {

struct Family {
  std::string_view letters;  // what the names of its types begin with, up to the first digit
  std::string_view spot, on_demand;
};

constexpr std::string_view kStandard = "acdhimrtz";  // by the first letter
constexpr Family kStandardCodes{"", "L-34B43A08", "L-1216C47A"};
constexpr auto kFamilies = std::to_array<Family>({
    {"g", "L-3819A6DF", "L-DB2E81BA"},
    {"gr", "L-3819A6DF", "L-DB2E81BA"},
    {"vt", "L-3819A6DF", "L-DB2E81BA"},
    {"p", "L-7212CCBC", "L-417A185B"},
});
// Families with quotas of their own whose names begin as a standard one's.
constexpr auto kOthers = std::to_array<std::string_view>({"inf", "trn", "dl", "hpc", "mac"});

std::string_view letters_of(std::string_view type) {
  return type.substr(0, type.find_first_of("0123456789-."));
}

}  // namespace

std::string quota_code(const std::string& instance_type, Market market) {
  const std::string_view letters = letters_of(instance_type);
  const auto code = [&](const Family& family) {
    return std::string(market == Market::spot ? family.spot : family.on_demand);
  };
  for (const Family& family : kFamilies) {
    if (family.letters == letters) return code(family);
  }
  const bool other = std::find(kOthers.begin(), kOthers.end(), letters) != kOthers.end();
  if (letters.empty() || other || kStandard.find(letters.front()) == std::string_view::npos) {
    return {};
  }
  return code(kStandardCodes);
}

Finding check_quota(const QuotaUse& use) {
  const std::string limit = fmt::format("the account may run {} vCPUs of {} instances (quota {})",
                                        use.limit, to_string(use.market), use.code);
  const std::string cure = fmt::format(
      "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {} "
      "--desired-value {}",
      use.code, use.used + use.smallest);
  if (use.used - use.own + use.smallest > use.limit) {
    return problem("quota",
                   fmt::format("{}, others use {}, and {} needs {}", limit, use.used - use.own,
                               use.smallest_type, use.smallest),
                   cure);
  }
  if (use.used + use.smallest > use.limit) {
    return warning("quota",
                   fmt::format("{}, and {} are in use: there is no room for {} ({} vCPUs) beside "
                               "the present instance, so it cannot be handed over",
                               limit, use.used, use.smallest_type, use.smallest),
                   cure);
  }
  return ok("quota", fmt::format("{}, and {} are in use", limit, use.used));
}

}  // namespace ec2spotter
