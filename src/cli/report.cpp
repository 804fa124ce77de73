#include "cli/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "plan/choice/body_choice.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/engine_choice.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

std::vector<DataReport> data_of(const Machine& machine, const Observation& seen,
                                const Volume& root) {
  std::vector<DataReport> reports;
  for (const DataDisk& disk : choose_data(machine, seen, root, TimePoint{})) {
    DataReport& report = reports.emplace_back();
    report.volume = disk.volume == nullptr ? disk.wanted->volume.describe() : disk.volume->id.str();
    report.device = disk.wanted->device;
    if (disk.trouble) report.trouble = disk.trouble->detail;
    if (disk.volume == nullptr || disk.volume->attachments.empty()) continue;
    report.instance = disk.volume->attachments.front().instance.str();
  }
  return reports;
}

nlohmann::json to_json(const std::vector<DataReport>& reports) {
  auto list = nlohmann::json::array();
  for (const DataReport& each : reports) {
    list.push_back({{"volume", each.volume},
                    {"device", each.device},
                    {"instance", each.instance},
                    {"trouble", each.trouble}});
  }
  return list;
}

std::string in_words(const DataReport& report) {
  const std::string where = report.instance.empty() ? "" : " at " + report.instance;
  const std::string trouble = report.trouble.empty() ? "" : ": " + report.trouble;
  return report.volume + " as " + report.device + where + trouble;
}

}  // namespace

MachineReport make_report(const Machine& machine, Goal goal, const Observation& seen,
                          const Decision& decision) {
  MachineReport report;
  report.name = machine.name.str();
  report.owner = machine.owner.str();
  report.goal = to_string(goal);
  report.reason = to_string(decision.reason);
  report.detail = decision.detail;
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  const Volume* shown = root == nullptr && seen.volumes.size() == 1 ? &seen.volumes.front() : root;
  if (shown != nullptr) {
    report.volume = shown->id.str();
    report.zone = shown->zone;
  }
  if (root != nullptr) {
    EngineChoice choice = choose_engine(machine, *root, seen);
    report.engine = to_string(choice.engine);
    report.engine_why = std::move(choice.why);
    report.data = data_of(machine, seen, *root);
    // A kept one waits for the next instance.
    const NetworkInterface* kept = choose_interface(seen, *root, root->zone);
    if (kept != nullptr) report.private_address = kept->private_ip;
  }
  if (const Instance* body = choose_body(machine, seen)) {
    report.body = body->id.str();
    report.body_state = to_string(body->state);
    report.type = body->type;
    report.market = to_string(body->market);
    report.address = body->public_ip;
    report.private_address = body->private_ip;
    if (const auto boot = seen.boots.find(body->id); boot != seen.boots.end()) {
      report.boot_stage = boot->second.stage;
      report.boot_result = boot->second.result;
    }
  }
  if (seen.address) report.address = seen.address->public_ip;
  if (!seen.fleets.empty()) report.fleet = seen.fleets.front().id.str();
  return report;
}

nlohmann::json to_json(const MachineReport& r) {
  return {{"name", r.name},
          {"owner", r.owner},
          {"goal", r.goal},
          {"reason", r.reason},
          {"detail", r.detail},
          {"volume", r.volume},
          {"zone", r.zone},
          {"instance", r.body},
          {"instance_state", r.body_state},
          {"instance_type", r.type},
          {"market", r.market},
          {"address", r.address},
          {"private_address", r.private_address},
          {"boot_stage", r.boot_stage},
          {"boot_result", r.boot_result},
          {"fleet", r.fleet},
          {"engine", r.engine},
          {"engine_why", r.engine_why},
          {"data_volumes", to_json(r.data)},
          {"findings", to_json(r.findings)}};
}

void print_json(const nlohmann::json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_report(const MachineReport& report, Output output) {
  if (output == Output::json) return print_json(to_json(report));
  const auto line = [](const char* label, const std::string& value) {
    if (!value.empty()) fmt::print("{:<9}{}\n", label, value);
  };
  line("machine", report.name);
  line("goal", report.goal);
  line("reason", report.reason);
  line("detail", report.detail);
  line("volume", report.volume.empty() ? "" : report.volume + " in " + report.zone);
  for (const DataReport& data : report.data) line("data", in_words(data));
  if (!report.body.empty()) {
    line("instance",
         fmt::format("{} {} {} {}", report.body, report.body_state, report.type, report.market));
  }
  line("fleet", report.fleet.empty() ? "" : report.fleet + " launches its instances");
  line("engine", report.engine.empty()
                     ? ""
                     : report.engine + ", for the next instance: " + report.engine_why);
  line("boot", report.boot_stage.empty() ? "" : report.boot_stage + " " + report.boot_result);
  line("address", report.address);
  line("private", report.private_address);
  for (const Finding& finding : report.findings) {
    if (finding.files.empty()) line(finding.check.c_str(), finding.because + "; " + finding.cure);
    for (const std::string& file : finding.files) {
      line(finding.check.c_str(), file + " may keep it from coming back; see `doctor`");
    }
  }
}

}  // namespace ec2spotter::cli
