#include "model/text/price.hpp"

#include <charconv>

namespace ec2spotter {
namespace {

constexpr double kPriceLeast = 0.001;  // not itself a price
constexpr std::size_t kLengthMost = 32;

}  // namespace

bool is_price(std::string_view text) {
  // from_chars would also take "nan", "inf" and "-1".
  if (text.empty() || text.size() > kLengthMost) return false;
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return false;
  double price = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, price, std::chars_format::fixed);
  return error == std::errc{} && end == last && price > kPriceLeast;
}

}  // namespace ec2spotter
