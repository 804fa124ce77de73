// Everything that the simulated EC2 holds: resources, virtual time, and what is due when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sim/core/state/body.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

using Table = std::map<std::string, Json>;  // id -> resource

inline constexpr std::string_view kAccount = "123456789012";

using Tables = std::map<std::string, std::map<std::string, Table>>;  // region -> kind -> table

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
  const Table& table(const std::string& region, const std::string& kind) const;
  // The resource with this id, to be changed; or null.
  Json* find(const std::string& region, const std::string& kind, const std::string& id);
  // The first one for which `wanted` is true, for a change; or null.
  template <class Wanted>
  Json* find_where(const std::string& region, const std::string& kind, const Wanted& wanted) {
    for (const auto& [id, resource] : table(region, kind)) {
      if (wanted(resource)) return find(region, kind, id);
    }
    return nullptr;
  }
  // The resource with this id, to be set; a missing one is made.
  Json& put(const std::string& region, const std::string& kind, const std::string& id);
  void erase(const std::string& region, const std::string& kind, const std::string& id);
  // The same in any region; sets `region` when it finds the resource.
  Json* find_anywhere(const std::string& kind, const std::string& id, std::string& region);

  // Gives a public address out; false: an instance or an Elastic IP has or had it.
  bool take_public_ip(const std::string& ip) { return public_ips_.insert(ip).second; }

  // "vol-" + 17 hex digits from the seed.
  std::string new_id(std::string_view prefix);
  // "01234567-89ab-4cde-8f01-23456789abcd" from the seed.
  std::string new_uuid();
  // A number below `bound`, from the seed.
  std::uint64_t draw(std::uint64_t bound);

  TimePoint now() const { return now_; }
  void set_now(TimePoint now) { now_ = now; }
  // Is the time that the resource keeps at `key` still to come? False when it keeps none.
  bool is_before(const Json& resource, const char* key) const;
  std::string timestamp() const { return format_iso8601(now_, Fraction::milliseconds); }

  // `event` names its kind, region and id; it comes out of take_due after `delay`.
  void schedule(Duration delay, Json event);
  // `realistic` in the realistic profile, else zero; plus the time of set_slowness.
  Duration work(Duration realistic) const;
  void set_slowness(Duration extra) { slowness_ = extra; }
  // The next event that is due at `until` or earlier; time moves to it. null: there is none.
  Json take_due(TimePoint until);
  TimePoint next_due() const;  // TimePoint::max(): nothing is planned

  Bodies& bodies() { return bodies_; }
  Duration shutdown_grace() const { return options_.shutdown_grace; }
  Profile profile() const { return options_.profile; }

  // Settings that are not EC2 resources: capacity, prices, parameters, issued keys.
  Json& settings() { return settings_; }
  const Json& settings() const { return settings_; }

  // A resource of the tables as XML, remembered until forget_renderings: most calls describe what
  // has not changed since the last one.
  const std::string& rendering_of(const Json& resource);
  void forget_renderings() { renderings_.clear(); }

  // What Describe calls are shown. The past is kept from the first change on, for a while.
  // Resources that were asked for earlier must not be changed after this.
  void before_change();
  void hold_past_for(Duration duration);
  void forget_past() { past_.reset(); }
  bool remembers() const { return past_ && past_->until > now_; }

  Json save() const;
  // `saved` meets state_form().
  void load(const Json& saved);

 private:
  friend class PastView;

  // One table's resources that may have changed since the past began, as they were then; those
  // touched but not kept were not there.
  struct OldTable {
    std::set<std::string> touched;
    Table kept;
  };
  struct Past {
    std::map<std::string, std::map<std::string, OldTable>> tables;  // region -> kind
    TimePoint until;
  };
  void before_touch(const std::string& region, const std::string& kind, const std::string& id);
  void exchange_past();

  void note_public_ips();

  WorldOptions options_;
  Bodies& bodies_;
  Tables tables_;
  std::map<const Json*, std::string> renderings_;
  std::set<std::string> public_ips_;
  std::optional<Past> past_;
  bool looking_back_ = false;  // the past's resources are in the tables, and the present's are kept
  Duration slowness_{};
  std::multimap<TimePoint, Json> due_;
  Json settings_ = Json::object();
  TimePoint now_;
  std::uint64_t random_;
};

// During its life, the world's tables are those that Describe calls may still see.
class PastView {
 public:
  PastView(World& world, bool wanted);
  ~PastView();
  PastView(const PastView&) = delete;
  PastView& operator=(const PastView&) = delete;

 private:
  World& world_;
};

// A tag's value in a tagSet, or empty.
std::string tag_value(const Json& resource, std::string_view key);

}  // namespace ec2spotter::sim
