// Reading AWS's XML: by local name, without namespaces, document types or entities of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pugi {
class xml_document;
}  // namespace pugi

namespace ec2spotter::aws {

// A view of one element; valid while its XmlDocument lives. An absent element reads as empty.
class XmlElement {
 public:
  explicit XmlElement(const void* node) : node_(node) {}

  bool exists() const { return node_ != nullptr; }
  std::string_view name() const;
  // The first child element of that name.
  XmlElement child(std::string_view local_name) const;
  // For a list: its first element of that name, and the next such sibling. Others are passed over.
  XmlElement first(std::string_view local_name) const { return child(local_name); }
  XmlElement next(std::string_view local_name) const;
  // The element's own character data.
  std::string text() const;

  // Of the child of that name: its text, or "" when absent.
  std::string text(std::string_view local_name) const { return child(local_name).text(); }
  // Its text; absent or empty is Errc::malformed_reply.
  Result<std::string> required(std::string_view local_name) const;
  // Absent or empty reads as false or 0; anything but true/false or digits is malformed.
  Result<bool> boolean(std::string_view local_name) const;
  Result<int> integer(std::string_view local_name) const;
  // Absent or empty reads as nullopt.
  Result<std::optional<TimePoint>> time(std::string_view local_name) const;

 private:
  const void* node_;  // pugi's own node pointer; null when absent
};

class XmlDocument {
 public:
  // Errors: malformed_reply when the text is not one well-formed document without a document type.
  static Result<XmlDocument> parse(std::string_view text);
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  XmlElement root() const;

 private:
  XmlDocument();
  std::unique_ptr<pugi::xml_document> document_;
};

// The root of a reply that must be called `root_name`.
Result<XmlElement> expect_root(const XmlDocument& document, std::string_view root_name);

}  // namespace ec2spotter::aws
