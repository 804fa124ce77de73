#include "sim/core/state/world.hpp"

#include <algorithm>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// Eventual consistency: how long a change may stay unseen in the realistic profile.
constexpr Duration kReadsLag = std::chrono::milliseconds(400);

}  // namespace

World::World(WorldOptions options, Bodies& bodies)
    : options_(options), bodies_(bodies), now_(options.start), random_(options.seed) {}

const Table& World::table(const std::string& region, const std::string& kind) const {
  static const Table kNone;
  const auto kinds = tables_.find(region);
  if (kinds == tables_.end()) return kNone;
  const auto found = kinds->second.find(kind);
  return found == kinds->second.end() ? kNone : found->second;
}

const std::string& World::rendering_of(const Json& resource) {
  const auto [at, is_new] = renderings_.try_emplace(&resource);
  if (is_new) append_xml(at->second, resource);
  return at->second;
}

void World::before_change() {
  if (profile() == Profile::realistic && !remembers()) hold_past_for(kReadsLag);
}

void World::hold_past_for(Duration duration) {
  past_ = Past{.tables = {}, .until = now_ + duration};
}

void World::before_touch(const std::string& region, const std::string& kind,
                         const std::string& id) {
  if (looking_back_ || !remembers()) return;
  OldTable& old = past_->tables[region][kind];
  if (!old.touched.insert(id).second) return;
  const Table& present = table(region, kind);
  if (const auto found = present.find(id); found != present.end()) old.kept.insert(*found);
}

// Moves map nodes, so that pointers to resources stay valid.
void World::exchange_past() {
  for (auto& [region, kinds] : past_->tables) {
    for (auto& [kind, old] : kinds) {
      Table& present = tables_[region][kind];
      for (const std::string& id : old.touched) {
        auto in_tables = present.extract(id);
        present.insert(old.kept.extract(id));
        old.kept.insert(std::move(in_tables));
      }
    }
  }
  looking_back_ = !looking_back_;
}

PastView::PastView(World& world, bool wanted) : world_(world) {
  if (wanted && world.remembers()) world.exchange_past();
}

PastView::~PastView() {
  if (world_.looking_back_) world_.exchange_past();
}

bool World::is_before(const Json& resource, const char* key) const {
  const auto at = parse_iso8601(text(resource, key));
  return at && now_ < *at;
}

Json* World::find(const std::string& region, const std::string& kind, const std::string& id) {
  before_touch(region, kind, id);
  Table& resources = tables_[region][kind];
  const auto found = resources.find(id);
  return found == resources.end() ? nullptr : &found->second;
}

Json& World::put(const std::string& region, const std::string& kind, const std::string& id) {
  before_touch(region, kind, id);
  return tables_[region][kind][id];
}

void World::erase(const std::string& region, const std::string& kind, const std::string& id) {
  before_touch(region, kind, id);
  tables_[region][kind].erase(id);
}

Json* World::find_anywhere(const std::string& kind, const std::string& id, std::string& region) {
  for (const auto& [name, kinds] : tables_) {
    const auto resources = kinds.find(kind);
    if (resources == kinds.end() || !resources->second.contains(id)) continue;
    region = name;
    return find(name, kind, id);
  }
  return nullptr;
}

void World::note_public_ips() {
  public_ips_.clear();
  for (const auto& [region, kinds] : tables_) {
    for (const auto& [kind, key] : {std::pair{"address", "publicIp"}, {"instance", "_own_ip"}}) {
      const auto table = kinds.find(kind);
      if (table == kinds.end()) continue;
      for (const auto& [id, resource] : table->second) public_ips_.insert(text(resource, key));
    }
  }
}

std::uint64_t World::draw(std::uint64_t bound) {
  // SplitMix64: small, and its state is one number that can be saved.
  random_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = random_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31U)) % bound;
}

std::string World::new_id(std::string_view prefix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(prefix);
  id += '0';
  for (int i = 0; i < 16; ++i) id += kDigits[draw(16)];
  return id;
}

std::string World::new_uuid() {
  const std::string digits = (new_id("") + new_id("")).substr(0, 32);
  return digits.substr(1, 8) + "-" + digits.substr(9, 4) + "-4" + digits.substr(13, 3) + "-8" +
         digits.substr(18, 3) + "-" + digits.substr(20, 12);
}

void World::schedule(Duration delay, Json event) { due_.emplace(now_ + delay, std::move(event)); }

Duration World::work(Duration realistic) const {
  return slowness_ + (options_.profile == Profile::realistic ? realistic : Duration::zero());
}

Json World::take_due(TimePoint until) {
  if (due_.empty() || due_.begin()->first > until) return nullptr;
  now_ = std::max(now_, due_.begin()->first);
  Json event = std::move(due_.begin()->second);
  due_.erase(due_.begin());
  return event;
}

TimePoint World::next_due() const { return due_.empty() ? TimePoint::max() : due_.begin()->first; }

Json World::save() const {
  Json due = Json::array();
  for (const auto& [at, event] : due_) {
    due.push_back({{"at", at.time_since_epoch().count()}, {"event", event}});
  }
  return {{"version", 1},
          {"tables", tables_},
          {"due", std::move(due)},
          {"settings", settings_},
          {"now", now_.time_since_epoch().count()},
          {"random", random_}};
}

void World::load(const Json& saved) {
  tables_ = saved.at("tables").get<decltype(tables_)>();
  note_public_ips();
  past_.reset();
  due_.clear();
  for (const Json& entry : saved.at("due")) {
    due_.emplace(TimePoint(Duration(entry.at("at").get<Duration::rep>())), entry.at("event"));
  }
  settings_ = saved.at("settings");
  now_ = TimePoint(Duration(saved.at("now").get<Duration::rep>()));
  random_ = saved.at("random").get<std::uint64_t>();
}

std::string tag_value(const Json& resource, std::string_view key) {
  const auto set = resource.find("tagSet");
  if (set == resource.end()) return {};
  for (const Json& tag : *set) {
    if (text(tag, "key") == key) return text(tag, "value");
  }
  return {};
}

}  // namespace ec2spotter::sim
