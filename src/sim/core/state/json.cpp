#include "sim/core/state/json.hpp"

#include <algorithm>

template class nlohmann::basic_json<>;

namespace ec2spotter::sim {
namespace {

constexpr int kDepthMost = 64;

// Brackets within texts do not count.
bool nests_too_deep(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && (c == '[' || c == '{')) {
      if (++depth >= kDepthMost) return true;
    } else if (!in_text && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

// Where the byte at `at` stands, counted from 1.
std::string line_and_column(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_begin = before.rfind('\n') + 1;  // 0 on the first line
  return std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ":" +
         std::to_string(at - line_begin + 1);
}

// `at`: the byte from which on it is no JSON.
std::string why_no_json(std::string_view text, std::size_t at) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "the file is empty";
  if (at >= text.size()) return "the file ends before its JSON does";
  const char found = text[at];
  const bool shown = found > ' ' && found < '\x7f';
  return "this is no JSON" + (shown ? std::string(", from '") + found + "' on" : std::string());
}

}  // namespace

Result<Json> parse_document(std::string_view text) try {
  if (nests_too_deep(text)) {
    return fail(Errc::invalid,
                "1:1: it nests more than " + std::to_string(kDepthMost - 1) + " levels deep");
  }
  return Json::parse(text);
} catch (const Json::parse_error& error) {
  // The library counts from 1, and names the last byte that it has read.
  const std::size_t at = error.byte == 0 ? 0 : error.byte - 1;
  return fail(Errc::invalid, line_and_column(text, at) + ": " + why_no_json(text, at));
} catch (const Json::exception&) {
  return fail(Errc::invalid, "1:1: a number in it is larger than any that can be kept");
}

Json parse_foreign(std::string_view text) {
  if (nests_too_deep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

std::string as_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ec2spotter::sim
