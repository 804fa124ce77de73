// Everything that the simulated EC2 holds: resources, virtual time, and what is due when.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sim/core/body.hpp"
#include "sim/core/json.hpp"

namespace ec2spotter::sim {

using Table = std::map<std::string, Json>;  // id -> resource

inline constexpr std::string_view kAccount = "123456789012";

// How long EC2's own work takes.
enum class Profile { instant, realistic };

struct WorldOptions {
  std::uint64_t seed = 1;
  Profile profile = Profile::instant;
  TimePoint start;
  // How long a guest may take to shut down before its power is cut.
  Duration shutdown_grace = std::chrono::seconds(0);
};

class World {
 public:
  World(WorldOptions options, Bodies& bodies);

  // The resources of one kind ("volume", "instance" ...) in one region.
  Table& table(const std::string& region, const std::string& kind);
  // The resource with this id, or null.
  Json* find(const std::string& region, const std::string& kind, const std::string& id);
  // The same in whichever region has it; `region` is set when it is found.
  Json* find_anywhere(const std::string& kind, const std::string& id, std::string& region);

  // "vol-" + 17 hex digits from the seed.
  std::string new_id(std::string_view prefix);
  // A number below `bound`, from the seed.
  std::uint64_t draw(std::uint64_t bound);

  TimePoint now() const { return now_; }
  void set_now(TimePoint now) { now_ = now; }
  std::string timestamp() const { return format_iso8601(now_, Fraction::milliseconds); }

  // `event` names its kind, region and id; it comes out of take_due after `delay`.
  void schedule(Duration delay, Json event);
  // `realistic` in the realistic profile, else none.
  Duration work(Duration realistic) const;
  // The next event that is due at `until` or earlier; time moves to it. Null: none.
  Json take_due(TimePoint until);
  TimePoint next_due() const;  // TimePoint::max(): nothing is planned

  Bodies& bodies() { return bodies_; }
  Duration shutdown_grace() const { return options_.shutdown_grace; }
  Profile profile() const { return options_.profile; }

  // Settings that are not EC2 resources: capacity, prices, parameters, issued keys.
  Json& settings() { return settings_; }

  Json save() const;
  void load(const Json& saved);

 private:
  WorldOptions options_;
  Bodies& bodies_;
  std::map<std::string, std::map<std::string, Table>> tables_;  // region -> kind -> table
  std::multimap<TimePoint, Json> due_;
  Json settings_ = Json::object();
  TimePoint now_;
  std::uint64_t random_;
};

// A tag's value in a tagSet, or empty.
std::string tag_value(const Json& resource, std::string_view key);

}  // namespace ec2spotter::sim
