#include "cli/commands/drill/interruption.hpp"

#include <nlohmann/json.hpp>

#include "cli/hosts/local_ec2.hpp"
#include "control/act/execute.hpp"

namespace ec2spotter::cli {
namespace {

constexpr const char* kAway = "; the machine is away until its next instance is up";
constexpr const char* kUnwritten =
    "; what the system has not written to its disks is lost, and the machine is away until its "
    "next instance is up";

Way terminate(DrillKind kind, const InstanceId& id, const std::string& because) {
  const std::string without = kind == DrillKind::notice ? ", without a notice," : "";
  return {.control = {},
          .phase = "instance_terminated",
          .means = "TerminateInstances ends " + id.str() + without + " because " + because,
          .warning = id.str() + " will be terminated" + kAway};
}

Result<Way> at_local(DrillKind kind, const InstanceId& id) {
  switch (kind) {
    case DrillKind::notice:
      return Way{.control = "notice",
                 .phase = "notice_sent",
                 .means = "the local EC2 sends an interruption notice and takes " + id.str() +
                          " two minutes later",
                 .warning = id.str() +
                            " will get an interruption notice and be taken two minutes "
                            "later" +
                            kAway};
    case DrillKind::rebalance:
      return Way{.control = "rebalance",
                 .phase = "rebalance_recommended",
                 .means = "the local EC2 recommends to leave " + id.str(),
                 .warning = id.str() +
                            " will get a rebalance recommendation, after which a watch "
                            "may move the machine to another instance"};
    case DrillKind::cut: break;
  }
  return Way{.control = "reclaim",
             .phase = "instance_taken",
             .means = "the local EC2 takes " + id.str() + " at once, without a notice",
             .warning = id.str() + " will be ended at once" + kUnwritten};
}

}  // namespace

std::string_view to_string(DrillKind kind) {
  switch (kind) {
    case DrillKind::notice: return "notice";
    case DrillKind::rebalance: return "rebalance";
    case DrillKind::cut: break;
  }
  return "cut";
}

Result<Way> choose_way(DrillKind kind, const Instance& body, bool at_local_ec2) {
  const bool is_spot = body.market == Market::spot;
  if (kind == DrillKind::rebalance && !is_spot) {
    return fail(Errc::invalid, body.id.str() +
                                   " is an on-demand instance, and EC2 recommends a rebalance for "
                                   "Spot Instances alone; rehearse with --kind cut");
  }
  if (kind == DrillKind::rebalance && !at_local_ec2) {
    return fail(Errc::invalid,
                "EC2 has no call that sends a rebalance recommendation, and this program has no "
                "client of AWS Fault Injection Service yet; rehearse with --kind cut, or at the "
                "local EC2");
  }
  if (!is_spot) {
    return terminate(kind, body.id, "EC2 interrupts no on-demand instance");
  }
  if (!at_local_ec2) {
    return terminate(kind, body.id,
                     "this program has no client of AWS Fault Injection Service yet");
  }
  return at_local(kind, body.id);
}

Result<void> interrupt(const Way& way, const std::string& local_ec2, const Machine& machine,
                       const Instance& body, const Observation& seen, const Controls& controls) {
  if (way.control.empty()) {
    Memory memory;
    return execute(machine, step::TerminateBody{body.id}, seen, controls.ec2, memory,
                   controls.clock.now());
  }
  const nlohmann::json order{{"instance_id", body.id.str()}};
  TRY_VOID(call_local_ec2(local_ec2, way.control, order.dump()));
  return {};
}

}  // namespace ec2spotter::cli
