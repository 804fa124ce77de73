#include "cli/commands/drill/drill_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ec2spotter::cli {
namespace {

using Outcome = Comparison::Outcome;

double seconds(Duration time) { return static_cast<double>(time.count()) / 1000.0; }

std::string in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string outage_line(const DrillReport& report) {
  if (!report.outage_unmeasured.empty()) return "not measured: " + report.outage_unmeasured;
  if (!report.outage) return "the SSH port answered all the time";
  const std::string time = fmt::format("{:.1f} s", seconds(report.outage->time));
  if (report.outage->ended) return time + " without an answer at the SSH port";
  return "no answer at the SSH port since " + time + ", at the end of the drill";
}

std::string compared_line(const Comparison& each) {
  const std::string what = in_words(each.what);
  switch (each.outcome) {
    case Outcome::same: return what + " " + each.before + " is the same";
    case Outcome::changed: return what + " " + each.before + " has become " + each.after;
    case Outcome::broken: return what + " differs";
    case Outcome::not_compared: break;
  }
  return what + " not compared: " + each.why;
}

nlohmann::json outage_json(const DrillReport& report) {
  nlohmann::json document{{"seconds", nullptr}, {"why", report.outage_unmeasured}};
  if (!report.outage_unmeasured.empty()) return document;
  if (report.outage && !report.outage->ended) {
    document["why"] = "the SSH port has not answered again";
    return document;
  }
  document["seconds"] = report.outage ? seconds(report.outage->time) : 0.0;
  return document;
}

nlohmann::json compared_json(const std::vector<Comparison>& compared) {
  auto list = nlohmann::json::array();
  for (const Comparison& each : compared) {
    list.push_back({{"what", each.what},
                    {"result", to_string(each.outcome)},
                    {"before", each.before},
                    {"after", each.after},
                    {"why", each.why}});
  }
  return list;
}

nlohmann::json phases_json(const std::vector<Phase>& phases) {
  auto list = nlohmann::json::array();
  for (const Phase& each : phases) {
    list.push_back(
        {{"phase", each.name}, {"seconds", seconds(each.since)}, {"detail", each.detail}});
  }
  return list;
}

nlohmann::json earlier_json(const std::vector<Interruption>& earlier) {
  auto list = nlohmann::json::array();
  for (const Interruption& each : earlier) {
    list.push_back({{"time", format_iso8601(each.at, Fraction::milliseconds)},
                    {"seconds", seconds(each.until_up)}});
  }
  return list;
}

std::string instance_line(const DrillReport& report) {
  if (report.stays) return report.former + ", on which the machine stays";
  if (report.present.empty()) return report.former;
  return report.former + ", then " + report.present;
}

std::string line(const std::string& label, const std::string& text) {
  return fmt::format("{:<9}{}\n", label, text);
}

}  // namespace

std::vector<std::string> broken_promises(const DrillReport& report) {
  std::vector<std::string> broken;
  if (!report.up) {
    broken.push_back(fmt::format("the machine is not up again {:.0f} s after the interruption: {}",
                                 seconds(report.time), report.down_because));
  }
  for (const Comparison& each : report.compared) {
    if (each.outcome == Outcome::broken) broken.push_back(each.why);
  }
  return broken;
}

nlohmann::json to_json(const DrillReport& report) {
  return {{"machine", report.machine},
          {"kind", report.kind},
          {"means", report.means},
          {"instance_before", report.former},
          {"instance_after", report.present},
          {"up", report.up},
          {"stays", report.stays},
          {"phases", phases_json(report.phases)},
          {"outage", outage_json(report)},
          {"compared", compared_json(report.compared)},
          {"broken", broken_promises(report)},
          {"earlier", earlier_json(report.earlier)},
          {"earlier_why", report.earlier_unknown}};
}

std::string to_text(const DrillReport& report) {
  std::string text = line("machine", report.machine) +
                     line("drill", report.kind + ": " + report.means) +
                     line("instance", instance_line(report));
  for (const Phase& phase : report.phases) {
    text += line("phase", fmt::format("{:7.1f}s {}", seconds(phase.since), in_words(phase.name)) +
                              (phase.detail.empty() ? "" : ": " + phase.detail));
  }
  text += line("outage", outage_line(report));
  for (const Comparison& each : report.compared) text += line("compared", compared_line(each));
  for (const std::string& each : broken_promises(report)) text += line("broken", each);
  for (const Interruption& each : report.earlier) {
    text += line("earlier", fmt::format("{}: up again after {:.1f} s", format_iso8601(each.at),
                                        seconds(each.until_up)));
  }
  if (!report.earlier_unknown.empty()) text += line("earlier", report.earlier_unknown);
  return text;
}

}  // namespace ec2spotter::cli
