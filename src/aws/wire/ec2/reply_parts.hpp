// What the parsers of EC2's replies have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/wire/ec2/page.hpp"
#include "aws/wire/xml.hpp"
#include "model/resources.hpp"

namespace ec2spotter::aws {

// Reads the <item>s of `list` with `read` and appends them to `items`.
template <class T, class Read>
Result<void> read_items(XmlElement list, Read read, std::vector<T>& items) {
  for (XmlElement item = list.first("item"); item.exists(); item = item.next("item")) {
    TRY(T value, read(item));
    items.push_back(std::move(value));
  }
  return {};
}

// Of a tagSet.
Tags read_tags(XmlElement list);

// A whole page: root element, list element, items, next token.
template <class T, class Read>
Result<PageOf<T>> read_page(std::string_view body, std::string_view root_name,
                            std::string_view list_name, Read read) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, root_name));
  const XmlElement list = root.child(list_name);
  // EC2 sends an empty list as an empty element; without one we would read "there are none".
  if (!list.exists()) {
    return fail(Errc::malformed_reply, "the reply has no <" + std::string(list_name) + ">");
  }
  PageOf<T> page;
  TRY_VOID(read_items<T>(list, read, page.items));
  page.next_token = root.text("nextToken");
  return page;
}

}  // namespace ec2spotter::aws
