#include "sim/core/state/wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ec2spotter::sim {
namespace {

constexpr auto kStatuses = std::to_array<std::pair<std::string_view, int>>({
    {"DryRunOperation", 412},
    {"UnauthorizedOperation", 403},
    {"AccessDenied", 403},
    {"AuthFailure", 401},
    {"SignatureDoesNotMatch", 403},
    {"RequestLimitExceeded", 503},
    {"InsufficientInstanceCapacity", 500},
    {"InsufficientAddressCapacity", 500},
    {"InsufficientVolumeCapacity", 500},
    {"InternalError", 500},
    {"InternalFailure", 500},
    {"ServiceUnavailable", 503},
    {"Unavailable", 503},
    {"MissingAuthenticationToken", 403},
    {"InvalidClientTokenId", 403},
    {"ExpiredToken", 403},
    {"NoSuchEntity", 404},
    {"EntityAlreadyExists", 409},
    {"DeleteConflict", 409},
    {"LimitExceeded", 409},
});

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // XML 1.0 cannot hold the other control characters.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
}

void append_element(std::string& out, std::string_view name, const Json& value) {
  out.append(1, '<').append(name).append(1, '>');
  append_xml(out, value);
  out.append("</").append(name).append(1, '>');
}

}  // namespace

tl::unexpected<Error> refuse(std::string api_code, std::string message) {
  return fail(Error{.code = Errc::invalid,
                    .message = std::move(message),
                    .api_code = std::move(api_code),
                    .request_id = {},
                    .context = {}});
}

int http_status(std::string_view api_code) {
  const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](const auto& row) { return row.first == api_code; });
  return found == kStatuses.end() ? 400 : found->second;
}

void append_xml(std::string& out, const Json& value) {
  if (value.is_object()) {
    for (auto member = value.begin(); member != value.end(); ++member) {
      const std::string& key = member.key();
      if (key.starts_with('*')) {
        for (const Json& item : *member) append_element(out, key.substr(1), item);
      } else if (!key.starts_with('_')) {
        append_element(out, key, *member);
      }
    }
  } else if (value.is_array()) {
    for (const Json& item : value) append_element(out, "item", item);
  } else if (value.is_string()) {
    append_escaped(out, value.get_ref<const std::string&>());
  } else if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    out.append(bytes.begin(), bytes.end());
  } else if (!value.is_null()) {
    out += value.dump();
  }
}

Json as_xml(std::string_view xml) { return Json::binary({xml.begin(), xml.end()}); }

std::string ec2_reply(std::string_view action, const Json& members, std::string_view request_id) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  out.append(action).append(
      "Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>");
  out.append(request_id).append("</requestId>");
  append_xml(out, members);
  return out.append("</").append(action).append("Response>");
}

std::string ec2_error(std::string_view api_code, std::string_view message,
                      std::string_view request_id) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>";
  append_escaped(out, api_code);
  out += "</Code><Message>";
  append_escaped(out, message);
  out.append("</Message></Error></Errors><RequestID>").append(request_id);
  return out.append("</RequestID></Response>");
}

std::string_view query_namespace(std::string_view service) {
  return service == "iam" ? "https://iam.amazonaws.com/doc/2010-05-08/"
                          : "https://sts.amazonaws.com/doc/2011-06-15/";
}

std::string query_error(std::string_view service, std::string_view code, std::string_view message,
                        std::string_view request_id) {
  std::string out = "<ErrorResponse xmlns=\"";
  out.append(query_namespace(service)).append("\"><Error><Type>Sender</Type><Code>");
  append_escaped(out, code);
  out += "</Code><Message>";
  append_escaped(out, message);
  out.append("</Message></Error><RequestId>").append(request_id);
  return out.append("</RequestId></ErrorResponse>");
}

std::string query_reply(std::string_view service, std::string_view action, const Json& members,
                        std::string_view request_id) {
  std::string out(1, '<');
  out.append(action).append("Response xmlns=\"").append(query_namespace(service)).append("\">");
  // A reply without members has no result element either.
  if (!members.empty()) append_element(out, std::string(action) + "Result", members);
  out.append("<ResponseMetadata><RequestId>").append(request_id);
  out.append("</RequestId></ResponseMetadata></");
  return out.append(action).append("Response>");
}

}  // namespace ec2spotter::sim
