#include "sim/core/core.hpp"

#include <fmt/format.h>

#include "sim/core/document_forms.hpp"
#include "sim/core/life/life.hpp"
#include "sim/core/life/safety.hpp"
#include "sim/core/services/iam.hpp"
#include "sim/core/services/linked_roles.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kChangingCallsMost = 20000;
constexpr std::size_t kReadingCallsMost = 5000;
constexpr std::size_t kNotedTextMost = 1024;
constexpr std::size_t kNotedCallMost = 16UL * 1024;  // of a call's parameters; the rest is left out

constexpr const char* kServerError = "An internal error has occurred";
constexpr std::string_view kApiVersion = "2016-11-15";

ApiReply error_reply(std::string_view code, std::string_view message, std::string_view request_id) {
  return {.status = http_status(code), .body = ec2_error(code, message, request_id)};
}

}  // namespace

Core::Core(WorldOptions options, Bodies& bodies) : world_(options, bodies) {
  furnish_regions(world_);
  for (const auto add : {add_instance_actions,
                         add_instance_attribute_actions,
                         add_instance_status_actions,
                         add_instance_type_actions,
                         add_volume_actions,
                         add_volume_change_actions,
                         add_snapshot_actions,
                         add_create_snapshot_actions,
                         add_copy_snapshot_actions,
                         add_tag_actions,
                         add_spot_actions,
                         add_address_actions,
                         add_image_actions,
                         add_network_actions,
                         add_interface_actions,
                         add_template_actions,
                         add_fleet_actions,
                         add_key_actions,
                         add_place_actions,
                         add_root_task_actions,
                         add_encryption_actions}) {
    add(actions_);
  }
  add_identity_actions(identity_actions_);
  add_linked_role_actions(identity_actions_);
}

ApiReply Core::handle(const ApiRequest& request) {
  ++calls_;
  const std::string request_id = fmt::format("{:08x}-0000-4000-8000-000000000000", calls_);
  const auto given = request.params.find("Action");
  const std::string action = given == request.params.end() ? "" : given->second;
  for (const auto& [name, value] : request.params) {
    if (is_text(name) && is_text(value)) continue;
    return error_reply("InvalidCharacter", "A parameter is not UTF-8 text", request_id);
  }
  if (request.service == "ssm") return handle_ssm(request);
  if (request.service == "sqs") return handle_sqs(request);
  if (request.service == "servicequotas") return handle_quotas(request);
  if (request.service == "sts" || request.service == "iam") {
    return handle_query(request, action, request_id);
  }
  return handle_ec2(request, action, request_id);
}

ApiReply Core::handle_ec2(const ApiRequest& request, const std::string& action,
                          const std::string& request_id) {
  const auto version = request.params.find("Version");
  if (!actions_.contains(action)) {
    note_call(request, action, "InvalidAction", "");
    return error_reply("InvalidAction",
                       "The action " + action + " is not valid for this web service.", request_id);
  }
  if (version == request.params.end() || version->second != kApiVersion) {
    note_call(request, action, "NoSuchVersion", "");
    return error_reply("NoSuchVersion", "The API version is 2016-11-15", request_id);
  }
  const auto fault = take_fault(action, request);
  const std::string kind = fault ? fault->kind : "";
  const char* server_error = fault && fault->status == 503 ? "Unavailable" : "InternalError";
  if (kind == "throttle" || kind == "error_before") {
    const char* code = kind == "throttle" ? "RequestLimitExceeded" : server_error;
    note_call(request, action, code, kind);
    return error_reply(code, kind == "throttle" ? "Request limit exceeded." : kServerError,
                       request_id);
  }
  if (kind == "refuse") {
    note_call(request, action, fault->code, kind);
    return error_reply(fault->code, fault->message, request_id);
  }
  Answer answer = perform(request, action, fault, request_id);
  if (kind == "error_after") return error_reply(server_error, kServerError, request_id);
  return {.status = answer.error.empty() ? 200 : http_status(answer.error),
          .body = std::move(answer.body),
          .lost = kind == "lost_reply"};
}

Core::Answer Core::perform(const ApiRequest& request, const std::string& action,
                           const std::optional<Fault>& fault, const std::string& request_id) {
  const auto reply = run_handler(request, action, fault);
  std::string code;
  if (!reply) code = reply.error().api_code.empty() ? "InternalError" : reply.error().api_code;
  note_call(request, action, code, fault ? fault->kind : "");
  return {code, reply ? ec2_reply(action, *reply, request_id)
                      : ec2_error(code, reply.error().message, request_id)};
}

Result<Json> Core::run_handler(const ApiRequest& request, const std::string& action,
                               const std::optional<Fault>& fault) {
  const bool realistic = world_.profile() == Profile::realistic;
  if (world_.settings().value("limits", realistic)) {
    TRY_VOID(buckets_.take(request.region, action, request.params, world_.now()));
  }
  const bool reads = changes_nothing(action);
  if (!reads) {
    changed();
    world_.before_change();
  }
  ParamMap params = request.params;
  params.erase("Action");
  params.erase("Version");
  Call call{.world = world_,
            .region = request.region,
            .action = action,
            .params = Params(std::move(params)),
            .by_person = request.access_key == kPersonKey,
            .presigned = request.presigned,
            .fault = fault ? fault->kind : ""};
  TRY_VOID(authorize_caller(request, call));
  const PastView view(world_, reads);
  world_.set_slowness(fault ? fault->extra : Duration::zero());
  auto reply = actions_.at(action)(call);
  world_.set_slowness(Duration::zero());
  return reply;
}

std::vector<std::string> Core::action_names() const {
  std::vector<std::string> names;
  for (const auto& [name, handler] : actions_) names.push_back(name);
  return names;
}

std::vector<std::string> Core::violations() const { return sim::violations(world_); }

Duration Core::clock_offset() const {
  return std::chrono::seconds(world_.settings().value("clock_offset_seconds", 0L));
}

void Core::advance_to(TimePoint now) {
  while (true) {
    const Json event = world_.take_due(now);
    if (event.is_null()) break;
    world_.before_change();
    settle(world_, event);
    changed();
  }
  if (now > world_.now()) world_.set_now(now);
}

void Core::report(const BodyEvent& event) {
  world_.before_change();
  apply(world_, event);
  changed();
}

void Core::note_call(const ApiRequest& request, const std::string& action, const std::string& code,
                     const std::string& fault) {
  Json params = Json::object();
  std::size_t size = 0;
  for (const auto& [name, value] : request.params) {
    const bool long_text = name == "UserData" || name.ends_with(".UserData") ||
                           name.ends_with("PublicKeyMaterial") || value.size() > kNotedTextMost;
    params[name.substr(0, kNotedTextMost)] =
        long_text ? fmt::format("({} characters)", value.size()) : value;
    size += name.size() + (long_text ? 0 : value.size());
    if (size > kNotedCallMost) break;
  }
  Json call{{"number", calls_},
            {"time", world_.timestamp()},
            {"region", request.region},
            {"caller", caller_arn(request.access_key)},
            {"action", action},
            {"parameters", std::move(params)},
            {"error", code}};
  if (!fault.empty()) call["fault"] = fault;
  const bool reads = changes_nothing(action);
  auto& journal = reads ? reading_calls_ : changing_calls_;
  journal.push_back(std::move(call));
  if (journal.size() > (reads ? kReadingCallsMost : kChangingCallsMost)) journal.pop_front();
}

Json Core::calls_json() const {
  Json all = Json::array();
  auto reading = reading_calls_.begin();
  for (const Json& call : changing_calls_) {
    for (; reading != reading_calls_.end() && reading->at("number") < call.at("number");
         ++reading) {
      all.push_back(*reading);
    }
    all.push_back(call);
  }
  for (; reading != reading_calls_.end(); ++reading) all.push_back(*reading);
  return all;
}

Result<void> Core::load(const Json& saved) {
  TRY_VOID(check_form(saved, state_form()));
  changed();
  world_.load(saved);
  for (const std::string& region : region_names()) {
    for (const auto& [id, instance] : table(region, "instance")) {
      if (state_name(instance) != "running") continue;
      Json& resumed = *world_.find(region, "instance", id);
      set_state(resumed, "pending");
      resumed["_resumed"] = true;
      world_.schedule(Duration::zero(),
                      {{"kind", "instance_running"}, {"region", region}, {"id", id}});
    }
  }
  return {};
}

}  // namespace ec2spotter::sim
