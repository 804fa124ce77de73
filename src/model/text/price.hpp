// A price as EC2 takes it.
#pragma once

#include <string_view>

namespace ec2spotter {

// True for US dollars an hour such as "0.05": digits with at most one point, no sign, no exponent,
// and more than 0.001, EC2's least. Source: EC2 API, SpotMarketOptions, MaxPrice.
bool is_price(std::string_view text);

}  // namespace ec2spotter
