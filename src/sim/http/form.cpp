#include "sim/http/form.hpp"

#include <algorithm>
#include <charconv>

namespace ec2spotter::sim {
namespace {

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* pair = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(pair, pair + 2, byte, 16).ptr == pair + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

ParamMap parse_form(std::string_view body) {
  ParamMap params;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!pair.empty()) params[decode(pair.substr(0, equals))] = decode(value);
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
  }
  return params;
}

}  // namespace ec2spotter::sim
