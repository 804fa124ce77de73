#include "control/files/machine_writing.hpp"

#include <sstream>

#include "control/files/machine_file.hpp"
#include "control/files/toml_library.hpp"

namespace ec2spotter {
namespace {

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::default_formatter(toml::value<std::string>(text), toml::format_flags::none);
  return out.str();
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + quoted(text);
  return "[" + list + "]";
}

class Text {
 public:
  // An empty value is left out.
  template <class Value>
  void key(const std::string& name, const Value& value) {
    if (!value.empty()) text_ += name + " = " + quoted(value) + "\n";
  }
  void line(const std::string& line) { text_ += line + "\n"; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string machine_toml(const Machine& machine) {
  Text text;
  text.key("name", machine.name.str());
  if (machine.owner != OwnerId(kDefaultOwner)) text.key("owner", machine.owner.str());
  text.key("region", machine.region);
  text.key("volume", machine.volume.id.empty() ? machine.volume.name_tag : machine.volume.id.str());
  text.key("image", machine.image);
  text.key("types", machine.types);
  text.key("key_name", machine.key_name);
  text.key("security_groups", machine.security_groups);
  text.key("subnet", machine.subnet);
  text.key("elastic_ip", machine.elastic_ip);
  text.key("instance_profile", machine.instance_profile);
  text.key("instance_name", machine.instance_name);
  if (!machine.tags.empty()) text.line("\n[tags]");
  for (const auto& [key, value] : machine.tags) text.line(quoted(key) + " = " + quoted(value));
  for (const DataVolume& data : machine.data_volumes) {
    const bool by_id = !data.volume.id.empty();
    text.line("\n[[data_volumes]]");
    text.key("volume", by_id ? data.volume.id.str() : data.volume.name_tag);
    text.key("device", data.device);
  }
  return text.take();
}

}  // namespace ec2spotter
