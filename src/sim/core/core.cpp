#include "sim/core/core.hpp"

#include <fmt/format.h>

#include "sim/core/life.hpp"
#include "sim/core/places.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kJournalMost = 10000;

bool changes_nothing(const std::string& action) {
  return action.starts_with("Describe") || action.starts_with("Get");
}

ApiReply error_reply(std::string_view code, std::string_view message, std::string_view request_id) {
  return {.status = http_status(code), .body = ec2_error(code, message, request_id)};
}

}  // namespace

Core::Core(WorldOptions options, Bodies& bodies) : world_(options, bodies) {
  furnish_regions(world_);
  for (const auto add : {add_instance_actions, add_volume_actions, add_snapshot_actions,
                         add_tag_actions, add_spot_actions, add_address_actions, add_image_actions,
                         add_network_actions, add_key_actions, add_place_actions}) {
    add(actions_);
  }
}

ApiReply Core::handle(const ApiRequest& request) {
  ++calls_;
  if (request.service == "ssm") return handle_ssm(request);
  return handle_query(request);
}

ApiReply Core::handle_query(const ApiRequest& request) {
  const std::string request_id = fmt::format("{:08x}-0000-4000-8000-000000000000", calls_);
  const auto given = request.params.find("Action");
  const std::string action = given == request.params.end() ? "" : given->second;
  if (request.service == "sts") return handle_sts(request, action);
  const auto handler = actions_.find(action);
  if (handler == actions_.end()) {
    note_call(request, action, "InvalidAction");
    return error_reply("InvalidAction",
                       "The action " + action + " is not valid for this web service.", request_id);
  }
  const auto fault = take_fault(action);
  if (fault && fault->kind == "throttle") {
    note_call(request, action, "RequestLimitExceeded");
    return error_reply("RequestLimitExceeded", "Request limit exceeded.", request_id);
  }
  const char* server_error = fault && fault->status == 503 ? "Unavailable" : "InternalError";
  if (fault && fault->kind == "error_before") {
    note_call(request, action, server_error);
    return error_reply(server_error, "An internal error has occurred", request_id);
  }
  ParamMap params = request.params;
  params.erase("Action");
  params.erase("Version");
  Call call{.world = world_,
            .region = request.region,
            .action = action,
            .params = Params(std::move(params))};
  const auto reply = handler->second(call);
  if (!changes_nothing(action)) ++revision_;
  note_call(request, action, reply ? "" : reply.error().api_code);
  if (fault && fault->kind == "error_after") {
    return error_reply(server_error, "An internal error has occurred", request_id);
  }
  ApiReply out =
      reply ? ApiReply{.body = ec2_reply(action, *reply, request_id)}
            : error_reply(reply.error().api_code.empty() ? "InternalError" : reply.error().api_code,
                          reply.error().message, request_id);
  out.lost = fault && fault->kind == "lost_reply";
  return out;
}

void Core::advance_to(TimePoint now) {
  while (true) {
    const Json event = world_.take_due(now);
    if (event.is_null()) break;
    settle(world_, event);
    ++revision_;
  }
  if (now > world_.now()) world_.set_now(now);
}

void Core::report(const BodyEvent& event) {
  apply(world_, event);
  ++revision_;
}

std::optional<Core::Fault> Core::take_fault(const std::string& action) {
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (!it->action.empty() && it->action != action) continue;
    if (static_cast<double>(world_.draw(1'000'000)) >= it->probability * 1e6) continue;
    Fault fault = *it;
    if (--it->count == 0) faults_.erase(it);
    return fault;
  }
  return std::nullopt;
}

void Core::note_call(const ApiRequest& request, const std::string& action,
                     const std::string& code) {
  if (changes_nothing(action) && code.empty() && journal_.size() > kJournalMost / 2) return;
  Json params = Json::object();
  for (const auto& [name, value] : request.params) {
    const bool long_text = name == "UserData" || name.ends_with("PublicKeyMaterial");
    params[name] = long_text ? fmt::format("({} characters)", value.size()) : value;
  }
  journal_.push_back({{"time", world_.timestamp()},
                      {"action", action},
                      {"parameters", std::move(params)},
                      {"error", code}});
  if (journal_.size() > kJournalMost) journal_.pop_front();
}

Result<void> Core::load(const Json& saved) {
  if (!saved.is_object() || saved.value("version", 0) != 1) {
    return fail(Errc::invalid,
                "the saved state has another form; start with an empty state folder");
  }
  world_.load(saved);
  for (const std::string& region : region_names()) {
    for (auto& [id, instance] : world_.table(region, "instance")) {
      if (state_name(instance) != "running") continue;
      set_state(instance, "pending");
      world_.schedule(Duration::zero(),
                      {{"kind", "instance_running"}, {"region", region}, {"id", id}});
    }
  }
  return {};
}

}  // namespace ec2spotter::sim
