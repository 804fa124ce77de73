// The calls of the Account interface, and how their replies are read. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/account/account.hpp"
#include "aws/wire/call.hpp"
#include "aws/wire/ec2/page.hpp"

namespace ec2spotter::aws {

ApiCall type_hardware_call(const std::vector<std::string>& types, const Page& page);
ApiCall encryption_by_default_call();
ApiCall service_quota_call(const std::string& code);
// In the order in which they are sent; the first one would change nothing.
std::vector<ApiCall> dry_runs(const RightsSubject& subject);

// Errors of each: malformed_reply.
Result<PageOf<TypeHardware>> parse_type_hardware(std::string_view body);
Result<PageOf<ImageHardware>> parse_image_hardware(std::string_view body);
Result<PageOf<SubnetRoom>> parse_subnet_rooms(std::string_view body);
Result<bool> parse_encryption_by_default(std::string_view body);
Result<double> parse_service_quota(std::string_view body);

}  // namespace ec2spotter::aws
