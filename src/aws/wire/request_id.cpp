#include "aws/wire/request_id.hpp"

#include <algorithm>
#include <optional>

namespace ec2spotter::aws {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// The position after the construct that starts at `at` and ends with `end`.
std::size_t after(std::string_view text, std::size_t at, std::string_view end) {
  const auto found = text.find(end, at);
  return found == kNone ? kNone : found + end.size();
}

// The position of the '>' of the tag at `at`; one in an attribute's value does not count.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return kNone;
}

// `tag`: what stands between the angle brackets.
bool is_request_id(std::string_view tag) {
  constexpr std::string_view kName = "requestid";
  std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
  const auto colon = name.find(':');
  if (colon != kNone) name.remove_prefix(colon + 1);
  return std::equal(name.begin(), name.end(), kName.begin(), kName.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

// Walks over the tags of a reply until the id's start tag.
class Walk {
 public:
  explicit Walk(std::string_view reply) : reply_(reply) {}

  // The position after the id's start tag; nothing when there is none.
  std::optional<std::size_t> find() {
    std::size_t at = reply_.find('<');
    while (at != kNone && !found_) {
      at = step(at);
      if (at != kNone && !found_) at = reply_.find('<', at);
    }
    return found_;
  }

 private:
  // The position after the markup at `at`; kNone when it is not understood.
  std::size_t step(std::size_t at) {
    const std::string_view rest = reply_.substr(at);
    if (rest.starts_with("<?")) return after(reply_, at, "?>");
    if (rest.starts_with("<!--")) return after(reply_, at, "-->");
    if (rest.starts_with("<![CDATA[")) return after(reply_, at, "]]>");
    if (rest.starts_with("<!")) return kNone;
    const std::size_t end = end_of_tag(reply_, at);
    if (end == kNone) return kNone;
    const std::string_view tag = reply_.substr(at + 1, end - at - 1);
    if (tag.starts_with('/')) {
      --depth_;
    } else if (!tag.ends_with('/')) {
      if (depth_ == 1 && is_request_id(tag)) found_ = end + 1;
      ++depth_;
    }
    return end + 1;
  }

  std::string_view reply_;
  int depth_ = 0;
  std::optional<std::size_t> found_;
};

}  // namespace

AroundRequestId around_request_id(std::string_view reply) {
  const auto start = Walk(reply).find();
  if (!start) return {reply, {}};
  const std::size_t end = reply.find('<', *start);
  // An id that holds elements is no id.
  if (end == kNone || !reply.substr(end).starts_with("</")) return {reply, {}};
  return {reply.substr(0, *start), reply.substr(end)};
}

}  // namespace ec2spotter::aws
