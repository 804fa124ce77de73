// Service Quotas: GetServiceQuota, of EC2's vCPUs.
#include <algorithm>
#include <array>
#include <string_view>

#include "sim/core/call/limits.hpp"
#include "sim/core/core.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

struct QuotaCode {
  std::string_view code, name;
  const char* counts;  // which quota of `limits.hpp`; here all families of types share one
};
constexpr auto kCodes = std::to_array<QuotaCode>(
    {{"L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
      "spot_vcpus"},
     {"L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
      "on_demand_vcpus"},
     {"L-3819A6DF", "All G and VT Spot Instance Requests", "spot_vcpus"},
     {"L-DB2E81BA", "Running On-Demand G and VT instances", "on_demand_vcpus"}});

ApiReply refusal(const std::string& code, const std::string& message) {
  return {.status = 400,
          .content_type = "application/x-amz-json-1.1",
          .body = as_text({{"__type", code}, {"Message", message}})};
}

}  // namespace

ApiReply Core::handle_quotas(const ApiRequest& request) {
  if (request.target != "ServiceQuotasV20190624.GetServiceQuota") {
    return refusal("UnknownOperationException", request.target);
  }
  const Json body = parse_foreign(request.body);
  if (!body.is_object() || text(body, "ServiceCode").empty() || text(body, "QuotaCode").empty()) {
    return refusal("IllegalArgumentException", "ServiceCode or QuotaCode is missing");
  }
  for (const auto& [key, given] : body.items()) {
    if (key == "ServiceCode" || key == "QuotaCode") continue;
    return refusal("IllegalArgumentException", "unknown " + key);
  }
  const auto* found = std::find_if(kCodes.begin(), kCodes.end(), [&](const QuotaCode& row) {
    return row.code == text(body, "QuotaCode");
  });
  if (text(body, "ServiceCode") != "ec2" || found == kCodes.end()) {
    return refusal("NoSuchResourceException",
                   "The request failed because the specified service "
                   "does not exist, or it has no such quota.");
  }
  const std::string code(found->code);
  return {.content_type = "application/x-amz-json-1.1",
          .body = as_text({{"Quota",
                            {{"ServiceCode", "ec2"},
                             {"ServiceName", "Amazon Elastic Compute Cloud (Amazon EC2)"},
                             {"QuotaArn", "arn:aws:servicequotas:" + request.region + ":" +
                                              std::string(kAccount) + ":ec2/" + code},
                             {"QuotaCode", code},
                             {"QuotaName", std::string(found->name)},
                             {"Value", static_cast<double>(quota(world_, found->counts))},
                             {"Unit", "None"},
                             {"Adjustable", true},
                             {"GlobalQuota", false}}}})};
}

}  // namespace ec2spotter::sim
