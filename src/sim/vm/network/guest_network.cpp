#include "sim/vm/network/guest_network.hpp"

#include <arpa/inet.h>

#include <bit>
#include <cstdint>

namespace ec2spotter::sim {
namespace {

constexpr std::uint32_t kImds = 0xa9fea9fe;  // 169.254.169.254
constexpr std::uint32_t kSubnetMask = 0xfffff000;

std::string dotted(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  char text[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &raw, text, sizeof text);
  return text;
}

}  // namespace

Result<GuestNetwork> guest_network(const std::string& private_ip) {
  in_addr raw{};
  if (::inet_pton(AF_INET, private_ip.c_str(), &raw) != 1) {
    return fail(Errc::invalid, "'" + private_ip + "' is not an IPv4 address");
  }
  const std::uint32_t address = ntohl(raw.s_addr);
  const int bits = std::countl_zero(address ^ kImds);
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  const std::uint32_t subnet = address & kSubnetMask;
  return GuestNetwork{.network = dotted(address & mask) + "/" + std::to_string(bits),
                      .router = dotted(subnet + 1),
                      .resolver = dotted(subnet + 2)};
}

}  // namespace ec2spotter::sim
