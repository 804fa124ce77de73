#include "control/observe/fingerprint.hpp"

#include <functional>

namespace ec2spotter {

void mix(std::size_t& hash, std::size_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
}

void mix(std::size_t& hash, const std::string& text) { mix(hash, std::hash<std::string>{}(text)); }

void mix(std::size_t& hash, const Instance& body) {
  mix(hash, body.id.str());
  mix(hash, static_cast<std::size_t>(body.state));
  mix(hash, body.public_ip);
  mix(hash, body.state_reason_code);
  for (const BlockDevice& disk : body.block_devices) {
    mix(hash, disk.volume.str());
    mix(hash, static_cast<std::size_t>(disk.state));
    mix(hash, disk.delete_on_termination ? 1 : 0);
  }
  for (const auto& [key, value] : body.tags) {
    mix(hash, key);
    mix(hash, value);
  }
}

}  // namespace ec2spotter
