// The control API: what a rehearsal does to EC2 that EC2's own API has no call for.
#include <algorithm>
#include <initializer_list>

#include "sim/core/core.hpp"
#include "sim/core/life.hpp"
#include "sim/core/places.hpp"
#include "sim/core/run_instances.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

Result<void> check_keys(const Json& body, std::initializer_list<std::string_view> known) {
  if (!body.is_object()) return fail(Errc::invalid, "the body must be a JSON object");
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string all;
    for (const std::string_view name : known) all.append(" ").append(name);
    return fail(Errc::invalid, "unknown key '" + key + "'; known:" + all);
  }
  return {};
}

Result<std::string> need_text(const Json& body, const char* key) {
  std::string value = text(body, key);
  if (value.empty()) return fail(Errc::invalid, std::string("'") + key + "' is missing or no text");
  return value;
}

Result<long> need_number(const Json& body, const char* key, std::optional<long> fallback) {
  const auto found = body.find(key);
  if (found == body.end() && fallback) return *fallback;
  if (found == body.end() || !found->is_number_integer()) {
    return fail(Errc::invalid, std::string("'") + key + "' is missing or no whole number");
  }
  return found->get<long>();
}

struct Found {
  std::string region;
  Json* instance;
};

Result<Found> need_instance(World& world, const Json& body) {
  TRY(const std::string id, need_text(body, "instance_id"));
  Found found{};
  found.instance = world.find_anywhere("instance", id, found.region);
  if (found.instance == nullptr) return fail(Errc::invalid, "there is no instance " + id);
  return found;
}

Result<Json> set_capacity(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_type", "zone", "market", "available"}));
  TRY(const std::string type, need_text(body, "instance_type"));
  TRY(const std::string zone, need_text(body, "zone"));
  TRY(const long available, need_number(body, "available", std::nullopt));
  const std::string market = text(body, "market");
  if (instance_type(type) == nullptr) return fail(Errc::invalid, "no instance type " + type);
  if (!market.empty() && market != "spot" && market != "on-demand") {
    return fail(Errc::invalid, "'market' must be spot or on-demand");
  }
  for (const char* each : {"spot", "on-demand"}) {
    if (market.empty() || market == each) {
      world.settings()["capacity/" + type + "/" + zone + "/" + each] = available;
    }
  }
  return Json::object();
}

Result<Json> set_price(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_type", "zone", "price"}));
  TRY(const std::string type, need_text(body, "instance_type"));
  TRY(const std::string zone, need_text(body, "zone"));
  TRY(const std::string price, need_text(body, "price"));
  char* end = nullptr;
  if (std::strtod(price.c_str(), &end) <= 0 || *end != '\0') {
    return fail(Errc::invalid, "'price' must be US dollars an hour, as a text");
  }
  world.settings()["price/" + type + "/" + zone] = price;
  return Json::object();
}

Result<Json> reclaim_instance(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id", "notice", "seconds"}));
  TRY(const Found found, need_instance(world, body));
  const bool notice = body.value("notice", false);
  TRY(const long seconds, need_number(body, "seconds", notice ? 120 : 0));
  begin_reclaim(world, found.region, *found.instance,
                notice ? Duration(std::chrono::seconds(seconds)) : Duration::zero());
  return Json::object();
}

Result<Json> rebalance(World& world, const Json& body) {
  TRY_VOID(check_keys(body, {"instance_id"}));
  TRY(const Found found, need_instance(world, body));
  (*found.instance)["_rebalance_at"] = format_iso8601(world.now());
  return Json::object();
}

}  // namespace

Result<Json> Core::add_fault(const Json& body) {
  TRY_VOID(check_keys(body, {"kind", "action", "count", "probability", "status"}));
  Fault fault;
  TRY(fault.kind, need_text(body, "kind"));
  TRY(fault.count, need_number(body, "count", 1));
  TRY(const long status, need_number(body, "status", 500));
  fault.action = text(body, "action");
  fault.status = static_cast<int>(status);
  fault.probability = body.value("probability", 1.0);
  constexpr std::string_view kKinds[] = {"throttle", "error_before", "error_after", "lost_reply"};
  if (std::find(std::begin(kKinds), std::end(kKinds), fault.kind) == std::end(kKinds)) {
    return fail(Errc::invalid, "'kind' must be throttle, error_before, error_after or lost_reply");
  }
  if (!fault.action.empty() && !actions_.contains(fault.action)) {
    return fail(Errc::invalid, "no action " + fault.action);
  }
  faults_.push_back(std::move(fault));
  return Json::object();
}

Json Core::state_json() {
  return {
      {"now", world_.timestamp()}, {"violations", violations(world_)}, {"state", world_.save()}};
}

Result<Json> Core::control(const std::string& path, const Json& body) {
  ++revision_;
  if (path == "capacity") return set_capacity(world_, body);
  if (path == "price") return set_price(world_, body);
  if (path == "reclaim") return reclaim_instance(world_, body);
  if (path == "notice") {
    TRY_VOID(check_keys(body, {"instance_id"}));
    Json with_notice = body;
    with_notice["notice"] = true;
    return reclaim_instance(world_, with_notice);
  }
  if (path == "rebalance") return rebalance(world_, body);
  if (path == "fault") return add_fault(body);
  if (path == "state") return state_json();
  if (path == "calls") return Json(journal_);
  return fail(Errc::invalid, "no control call '" + path +
                                 "'; known: capacity price notice rebalance reclaim fault clock "
                                 "state calls");
}

}  // namespace ec2spotter::sim
