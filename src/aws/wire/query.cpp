#include "aws/wire/query.hpp"

#include "aws/sigv4/sigv4.hpp"

namespace ec2spotter::aws {

std::string Params::value(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

std::string list_name(std::string_view name, std::size_t index) {
  return std::string(name) + "." + std::to_string(index + 1);
}

std::string encode_form(const Params& params) {
  std::string text;
  for (const auto& [name, value] : params.pairs()) {
    if (!text.empty()) text += '&';
    text.append(sigv4::uri_encode(name)).append(1, '=').append(sigv4::uri_encode(value));
  }
  return text;
}

}  // namespace ec2spotter::aws
