#include "aws/wire/ec2/reply_parts.hpp"

namespace ec2spotter::aws {

Tags read_tags(XmlElement list) {
  Tags tags;
  for (XmlElement item = list.first("item"); item.exists(); item = item.next("item")) {
    tags[item.text("key")] = item.text("value");
  }
  return tags;
}

}  // namespace ec2spotter::aws
