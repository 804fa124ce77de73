#include "aws/wire/xml.hpp"

#include <charconv>
#include <cstring>
#include <pugixml.hpp>

namespace ec2spotter::aws {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr unsigned kParseFlags =
    pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype;

pugi::xml_node node_of(const void* node) {
  // pugi::xml_node is a handle around this pointer; the element was made from such a handle.
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));
}

XmlElement element_of(pugi::xml_node node) { return XmlElement(node.internal_object()); }

pugi::xml_node first_element(pugi::xml_node node) {
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node;
}

// The first element of that name among the node and its later siblings.
pugi::xml_node find_element(pugi::xml_node node, std::string_view name) {
  while (node && (node.type() != pugi::node_element || node.name() != name)) {
    node = node.next_sibling();
  }
  return node;
}

// Visits each node once, and removes the namespace from its name, so that lookups need not.
class Preparation final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    ok_ = ok_ && static_cast<std::size_t>(depth()) < kMaxDepth && node.type() != pugi::node_doctype;
    if (const char* colon = std::strchr(node.name(), ':')) {
      node.set_name(std::string(colon + 1).c_str());
    }
    return ok_;
  }
  bool ok() const { return ok_; }

 private:
  bool ok_ = true;
};

tl::unexpected<Error> malformed(std::string_view name, std::string_view what) {
  return fail(Errc::malformed_reply,
              "the reply's <" + std::string(name) + "> " + std::string(what));
}

}  // namespace

std::string_view XmlElement::name() const { return node_of(node_).name(); }

XmlElement XmlElement::child(std::string_view local_name) const {
  return element_of(find_element(node_of(node_).first_child(), local_name));
}

XmlElement XmlElement::next(std::string_view local_name) const {
  return element_of(find_element(node_of(node_).next_sibling(), local_name));
}

std::string XmlElement::text() const {
  std::string text;
  for (auto node = node_of(node_).first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) text += node.value();
  }
  return text;
}

Result<std::string> XmlElement::required(std::string_view local_name) const {
  std::string value = text(local_name);
  if (value.empty()) return malformed(local_name, "is missing");
  return value;
}

Result<bool> XmlElement::boolean(std::string_view local_name) const {
  const std::string value = text(local_name);
  if (value.empty() || value == "false") return false;
  if (value == "true") return true;
  return malformed(local_name, "is neither true nor false");
}

Result<int> XmlElement::integer(std::string_view local_name) const {
  const std::string value = text(local_name);
  if (value.empty()) return 0;
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) {
    return malformed(local_name, "is not a number");
  }
  return number;
}

Result<std::optional<TimePoint>> XmlElement::time(std::string_view local_name) const {
  const std::string value = text(local_name);
  if (value.empty()) return std::nullopt;
  const auto time = parse_iso8601(value);
  if (!time) return malformed(local_name, "is not a time");
  return time;
}

XmlDocument::XmlDocument() : document_(std::make_unique<pugi::xml_document>()) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

Result<XmlDocument> XmlDocument::parse(std::string_view text) {
  XmlDocument document;
  const auto outcome =
      document.document_->load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8);
  if (!outcome) {
    return fail(Errc::malformed_reply, std::string("the reply is not XML: ") +
                                           outcome.description() + " at byte " +
                                           std::to_string(outcome.offset));
  }
  Preparation preparation;
  document.document_->traverse(preparation);
  if (!preparation.ok()) {
    return fail(Errc::malformed_reply, "the reply has a document type or is nested too deeply");
  }
  const auto root = first_element(document.document_->first_child());
  if (!root || first_element(root.next_sibling())) {
    return fail(Errc::malformed_reply, "the reply does not have exactly one root element");
  }
  return document;
}

XmlElement XmlDocument::root() const { return element_of(first_element(document_->first_child())); }

Result<XmlElement> expect_root(const XmlDocument& document, std::string_view root_name) {
  const XmlElement root = document.root();
  if (root.name() != root_name) {
    return fail(Errc::malformed_reply, "the reply is a <" + std::string(root.name()) +
                                           ">, not a <" + std::string(root_name) + ">");
  }
  return root;
}

}  // namespace ec2spotter::aws
