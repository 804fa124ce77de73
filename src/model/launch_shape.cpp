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
  // A machine without tags keeps the digest that it had before there were tags.
  Fingerprint& operator<<(const Tags& tags) {
    for (const auto& [key, value] : tags) *this << key << value;
    return *this;
  }
  Fingerprint& operator<<(const Range& range) {
    return *this << std::to_string(range.min) + "-" +
                        (range.max ? std::to_string(*range.max) : std::string());
  }
  Fingerprint& operator<<(const OwnerId& owner) { return *this << owner.str(); }
  Fingerprint& operator<<(const std::optional<std::string>& text) {
    return *this << text.value_or("");
  }
  Fingerprint& operator<<(Engine engine) { return *this << std::string(to_string(engine)); }
  Fingerprint& operator<<(Market market) { return *this << std::string(to_string(market)); }
  Fingerprint& operator<<(Architecture architecture) {
    return *this << std::string(to_string(architecture));
  }
  Fingerprint& operator<<(bool flag) { return *this << std::string(flag ? "true" : "false"); }
  std::string digest() const { return sha256_hex(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string fleet_fingerprint(const Machine& machine) {
  Fingerprint print;
  std::apply([&](const auto&... field) { (print << ... << field); }, launch_shape(machine));
  print << machine.types << machine.elastic_ip << machine.capacity_rebalance;
  for (const Market market : machine.markets) print << market;
  for (const DataVolume& data : machine.data_volumes)
    print << data.volume.describe() << data.device;
  if (const auto& wanted = machine.requirements) {
    print << wanted->vcpus << wanted->memory_mib << wanted->architecture << wanted->excluded;
  }
  return print.digest();
}

}  // namespace ec2spotter
