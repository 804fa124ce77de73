#include "model/launch_shape.hpp"

#include "base/sha256.hpp"

namespace ec2spotter {
namespace {

// Fields that may be empty still have a place of their own.
class Fingerprint {
 public:
  Fingerprint& operator<<(const std::string& text) {
    text_ += text + "\n";
    return *this;
  }
  Fingerprint& operator<<(const std::vector<std::string>& texts) {
    for (const std::string& each : texts) text_ += each + ",";
    return *this << std::string();
  }
  Fingerprint& operator<<(const Range& range) {
    return *this << std::to_string(range.min) + "-" +
                        (range.max ? std::to_string(*range.max) : std::string());
  }
  Fingerprint& flag(bool value) { return *this << std::string(value ? "true" : "false"); }
  std::string digest() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

void add(Fingerprint& print, const LaunchShape& shape) {
  print << shape.owner.str() << shape.image << shape.key_name << shape.subnet << shape.device
        << shape.instance_name << shape.instance_profile << shape.guest_endpoint
        << shape.security_groups << shape.max_price.value_or("")
        << std::string(to_string(shape.engine));
  print.flag(shape.adopt).flag(shape.guest_helper).flag(shape.fix_network);
}

}  // namespace

LaunchShape launch_shape(const Machine& machine) {
  return {.owner = machine.owner,
          .image = machine.image,
          .key_name = machine.key_name,
          .subnet = machine.subnet,
          .device = machine.device,
          .instance_name = machine.instance_name,
          .instance_profile = machine.instance_profile,
          .guest_endpoint = machine.guest_endpoint,
          .security_groups = machine.security_groups,
          .max_price = machine.max_price,
          .engine = machine.engine,
          .adopt = machine.adopt,
          .guest_helper = machine.guest_helper,
          .fix_network = machine.fix_network};
}

std::string fleet_fingerprint(const Machine& machine) {
  Fingerprint print;
  add(print, launch_shape(machine));
  print << machine.types << machine.elastic_ip;
  for (const Market market : machine.markets) print << std::string(to_string(market));
  if (machine.requirements) {
    print << machine.requirements->vcpus << machine.requirements->memory_mib
          << std::string(to_string(machine.requirements->architecture))
          << machine.requirements->excluded;
  }
  return print.flag(machine.capacity_rebalance).digest();
}

}  // namespace ec2spotter
