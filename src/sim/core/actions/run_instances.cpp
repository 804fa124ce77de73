#include "sim/core/actions/run_instances.hpp"

#include "sim/core/call/param_tree.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/resources/templates.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr long kCountMost = 1000;

// The call's own parameters on top of those of the launch template that it names.
Result<Params> with_template(Call& call, LaunchSpec& from) {
  Params named = call.params.structure("LaunchTemplate");
  if (named.empty()) return std::move(call.params);
  TRY(const Template found, read_template(call.world, call.region, named));
  TRY_VOID(named.finish());
  from.template_id = found.id;
  from.template_version = found.version;
  ParamMap own = call.params.all();
  std::erase_if(own, [](const auto& p) { return p.first.starts_with("LaunchTemplate."); });
  return Params(overlay(found.data, own));
}

Result<void> read_counts(Params& params, LaunchSpec& spec) {
  TRY(const std::string given_least, params.need("MinCount"));
  TRY(const std::string given_most, params.need("MaxCount"));
  TRY(const auto min, params.number("MinCount"));
  TRY(const auto max, params.number("MaxCount"));
  if (*min < 1 || *max < *min || *max > kCountMost) {
    return refuse("InvalidParameterValue",
                  "MinCount and MaxCount must be from 1 to 1000, MinCount not above MaxCount");
  }
  spec.count_min = static_cast<int>(*min);
  spec.count_max = static_cast<int>(*max);
  return {};
}

Result<Json> answer_again(Call& call, const Json& earlier) {
  const std::string first = text(earlier.at("instancesSet")[0], "instanceId");
  const Json* instance = call.find("instance", first);
  if (instance != nullptr && state_name(*instance) != "terminated" &&
      state_name(*instance) != "shutting-down") {
    return earlier;
  }
  return refuse("IdempotentInstanceTerminated",
                "The instance of this client token has been terminated.");
}

}  // namespace

Json reservation_json(const Json& instance) {
  return {{"reservationId", text(instance, "_reservation")},
          {"ownerId", kAccount},
          {"groupSet", Json::array()},
          {"instancesSet", Json::array()}};
}

Result<Json> run_instances(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  LaunchSpec from;
  TRY(call.params, with_template(call, from));
  TRY(LaunchSpec spec, read_launch_spec(call.params));
  spec.template_id = from.template_id;
  spec.template_version = from.template_version;
  TRY_VOID(read_launch_extras(call.params, spec));
  TRY_VOID(read_counts(call.params, spec));
  spec.client_token = call.params.get_or("ClientToken", "");
  std::erase_if(spec.params, [](const auto& p) {
    return p.first == "MinCount" || p.first == "MaxCount" || p.first == "ClientToken";
  });
  // A repeated call gets its answer even if what it names no longer exists.
  TRY(const Json earlier, recall_token(call, fingerprint, spec.client_token));
  if (!earlier.is_null()) return answer_again(call, earlier);
  TRY_VOID(check_launch(call.world, call.region, spec));
  TRY_VOID(call.finish());
  TRY(const auto ids, launch(call.world, call.region, spec));
  Json reply = reservation_json(*call.find("instance", ids[0]));
  for (const std::string& id : ids) reply["instancesSet"].push_back(*call.find("instance", id));
  remember_token(call, fingerprint, spec.client_token, reply);
  return reply;
}

}  // namespace ec2spotter::sim
