#include "guests.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"

namespace ec2spotter::scenario {
namespace {

// What a disk with a volatile cache, which breaks rule S5, loses with its power.
constexpr Duration kLostFromCache = std::chrono::seconds(5);

}  // namespace

Result<void> Guests::delete_volume(const std::string& volume_id) {
  records_[volume_id].on_disk = 0;
  check(volume_id);
  records_.erase(volume_id);
  return {};
}

void Guests::on_unplugged(const std::string& volume_id, Duration up) {
  Records& records = records_[volume_id];
  records.fsynced += up.count();
  const Duration lost = breaks_rule(5) ? std::min(kLostFromCache, up) : Duration{};
  records.on_disk = records.fsynced - lost.count();
}

void Guests::check(const std::string& volume_id) {
  Records& records = records_[volume_id];
  if (records.on_disk == records.fsynced) return;
  losses_.push_back("S5: " + volume_id + " lacks " +
                    std::to_string(records.fsynced - records.on_disk) + " fsynced records");
  records.fsynced = records.on_disk;
}

}  // namespace ec2spotter::scenario
