// Faults: what strikes calls, and which calls.
#include <algorithm>

#include "sim/core/control_body.hpp"
#include "sim/core/core.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/volumes.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kFaultsMost = 1000;

struct Kind {
  std::string_view name;
  std::string_view only = {};  // the one action that it strikes; empty: any
};
constexpr Kind kKinds[] = {{"throttle"},
                           {"error_before"},
                           {"error_after"},
                           {"lost_reply"},
                           {"slow_state"},
                           {"stale_describe"},
                           {"refuse"},
                           {"clear"},
                           {kTaskFails, "CreateReplaceRootVolumeTask"},
                           {kTaskFailsDetached, "CreateReplaceRootVolumeTask"},
                           {kVolumeError, "CreateVolume"},
                           {kVolumeVanishes, "CreateVolume"},
                           {kVolumeChangeFails, "ModifyVolume"}};

const Kind* find_kind(const std::string& name) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](const Kind& kind) { return kind.name == name; });
  return found == std::end(kKinds) ? nullptr : found;
}

std::string all_kinds() {
  std::string all;
  for (const Kind& kind : kKinds) all.append(all.empty() ? "" : ", ").append(kind.name);
  return all;
}

// Is the parameter's value the wanted one? Every call has what is empty.
bool names(const ApiRequest& request, const char* parameter, const std::string& wanted) {
  const auto given = request.params.find(parameter);
  return wanted.empty() || (given != request.params.end() && given->second == wanted);
}

bool names_zone(const ApiRequest& request, const std::string& zone) {
  return names(request, "AvailabilityZone", zone) ||
         names(request, "Placement.AvailabilityZone", zone);
}

}  // namespace

std::optional<Core::Fault> Core::take_fault(const std::string& action, const ApiRequest& request) {
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (!it->action.empty() && it->action != action) continue;
    if (!names(request, "InstanceType", it->instance_type)) continue;
    if (!names(request, "InstanceId", it->instance_id)) continue;
    if (!names_zone(request, it->zone)) continue;
    if (!it->parameter.empty() && !request.params.contains(it->parameter)) continue;
    if (static_cast<double>(world_.draw(1'000'000)) >= it->probability * 1e6) continue;
    Fault fault = *it;
    if (--it->count == 0) faults_.erase(it);
    return fault;
  }
  return std::nullopt;
}

Result<void> Core::check_fault(const Fault& fault) const {
  const Kind* kind = find_kind(fault.kind);
  if (kind == nullptr) return fail(Errc::invalid, "'kind' must be one of " + all_kinds());
  if (!kind->only.empty() && fault.action != kind->only) {
    return fail(Errc::invalid,
                "'" + fault.kind + "' strikes " + std::string(kind->only) + " alone");
  }
  if (fault.kind == "refuse" && fault.code.empty()) {
    return fail(Errc::invalid, "'refuse' needs the 'code' that EC2 would answer");
  }
  if (!fault.action.empty() && !actions_.contains(fault.action)) {
    return fail(Errc::invalid, "no action " + fault.action);
  }
  return {};
}

Result<Json> Core::add_fault(const Json& body) {
  TRY_VOID(check_keys(body, {"kind", "action", "count", "probability", "status", "seconds", "code",
                             "message", "instance_type", "instance_id", "zone", "parameter"}));
  Fault fault;
  TRY(fault.kind, need_text(body, "kind"));
  TRY(fault.count, number_or(body, "count", 1, {0, kCountMost}));
  TRY(const long status, number_or(body, "status", 500, {500, 503}));
  TRY(const long seconds, number_or(body, "seconds", 30, {0, kDay}));
  TRY(fault.action, text_or(body, "action", ""));
  TRY(fault.code, text_or(body, "code", ""));
  TRY(fault.message, text_or(body, "message", ""));
  TRY(fault.instance_type, text_or(body, "instance_type", ""));
  TRY(fault.instance_id, text_or(body, "instance_id", ""));
  TRY(fault.zone, text_or(body, "zone", ""));
  TRY(fault.parameter, text_or(body, "parameter", ""));
  fault.status = static_cast<int>(status);
  const Json probability = body.value("probability", Json(1.0));
  if (!probability.is_number() || !(probability.get<double>() >= 0) ||
      probability.get<double>() > 1) {
    return fail(Errc::invalid, "'probability' must be a number from 0 to 1");
  }
  fault.probability = probability.get<double>();
  const Kind* kind = find_kind(fault.kind);
  if (kind != nullptr && fault.action.empty()) fault.action = kind->only;
  if (status != 500 && status != 503) return fail(Errc::invalid, "'status' must be 500 or 503");
  TRY_VOID(check_fault(fault));
  if (fault.kind == "clear") {
    faults_.clear();
    world_.forget_past();
  } else if (fault.kind == "stale_describe") {
    world_.hold_past_for(std::chrono::seconds(seconds));
  } else if (faults_.size() >= kFaultsMost) {
    return fail(Errc::invalid,
                "there are 1000 faults already; remove them with kind 'clear' first");
  } else {
    if (fault.kind == "slow_state") fault.extra = std::chrono::seconds(seconds);
    faults_.push_back(std::move(fault));
  }
  return Json::object();
}

}  // namespace ec2spotter::sim
