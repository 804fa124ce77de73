// The one part of a reply that differs each time: the id of the request. Pure.
#pragma once

#include <string_view>

namespace ec2spotter::aws {

// A reply without its request id. Two replies with the same parts have the same content.
struct AroundRequestId {
  std::string_view before;  // with the id's start tag; the whole reply when it has no id
  std::string_view after;   // from the id's end tag on
};

// The id is the text of the first child of the root that is called requestId, in any case of its
// letters, with or without a namespace and attributes. EC2 sends it first and other endpoints last.
// A reply that cannot be parsed counts as one without an id.
AroundRequestId around_request_id(std::string_view reply);

}  // namespace ec2spotter::aws
