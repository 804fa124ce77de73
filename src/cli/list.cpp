#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/batch_tags.hpp"
#include "model/tags.hpp"

namespace ec2spotter::cli {
namespace {

struct Row {
  std::string name{}, goal{}, volume{}, zone{}, volume_state{}, body{}, body_state{}, type{},
      address{};
};

void show_body(Row& row, const Instance& body) {
  row.body = body.id.str();
  row.body_state = to_string(body.state);
  row.type = body.type;
  row.address = body.public_ip;
}

Row make_row(const Volume& volume, const std::map<InstanceId, Instance>& bodies) {
  Row row{.name = tag::value(volume.tags, tag::kMachine),
          .goal = tag::value(volume.tags, tag::kGoal),
          .volume = volume.id.str(),
          .zone = volume.zone,
          .volume_state = std::string(to_string(volume.state)),
          .body = {},
          .body_state = {},
          .type = {},
          .address = {}};
  for (const Attachment& attachment : volume.attachments) {
    row.body = attachment.instance.str();
    const auto found = bodies.find(attachment.instance);
    if (found != bodies.end()) show_body(row, found->second);
  }
  return row;
}

// Instances that run, and so cost, without a root yet: each stands in the row of its machine, or in
// one of its own where the machine has none.
void add_waiting(std::vector<Row>& rows, const std::map<InstanceId, Instance>& bodies) {
  for (const auto& [id, body] : bodies) {
    if (body.state != InstanceState::pending && body.state != InstanceState::running) continue;
    const std::string machine = tag::value(body.tags, tag::kMachine);
    const std::string root = tag::value(body.tags, tag::kBodyOf);
    const auto own = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
      return row.name == machine && (root.empty() || row.volume == root || row.volume.empty());
    });
    if (own == rows.end()) {
      rows.push_back({.name = machine, .zone = body.zone});
      show_body(rows.back(), body);
    } else if (own->body.empty()) {
      show_body(*own, body);
    }
  }
}

void print_rows(const std::vector<Row>& rows) {
  constexpr const char* kForm = "{:<16} {:<7} {:<22} {:<11} {:<20} {:<14} {:<12} {}\n";
  fmt::print(kForm, "NAME", "GOAL", "VOLUME", "ZONE", "BODY", "STATE", "TYPE", "ADDRESS");
  for (const Row& row : rows) {
    fmt::print(kForm, row.name, row.goal, row.volume.empty() ? "-" : row.volume, row.zone,
               row.body.empty() ? "-" : row.body,
               row.body.empty() ? row.volume_state : row.body_state, row.type, row.address);
  }
}

}  // namespace

Result<void> list(const Common& common) {
  TRY(auto session, Session::open(common, {}));
  std::vector<aws::Filter> filters{{"tag:" + std::string(tag::kRole), {"root"}}};
  std::vector<aws::Filter> body_filters{{"tag:" + std::string(tag::kRole), {"body"}}};
  if (!common.owner.empty()) {
    for (auto* each : {&filters, &body_filters}) {
      each->push_back({"tag:" + std::string(tag::kOwner), {common.owner}});
    }
  }
  TRY(const auto volumes, session->ec2().describe_volumes({}, filters));
  TRY(auto instances, session->ec2().describe_instances({}, body_filters));
  std::map<InstanceId, Instance> bodies;
  for (Instance& instance : instances) {
    take_own_names(instance);
    bodies[instance.id] = std::move(instance);
  }
  std::vector<Row> rows;
  rows.reserve(volumes.size());
  for (const Volume& volume : volumes) rows.push_back(make_row(volume, bodies));
  add_waiting(rows, bodies);
  if (common.output == Output::text) {
    print_rows(rows);
    return {};
  }
  nlohmann::json document = nlohmann::json::array();
  for (const Row& row : rows) {
    document.push_back({{"name", row.name},
                        {"goal", row.goal},
                        {"volume", row.volume},
                        {"zone", row.zone},
                        {"volume_state", row.volume_state},
                        {"body", row.body},
                        {"body_state", row.body_state},
                        {"instance_type", row.type},
                        {"address", row.address}});
  }
  print_json(document);
  return {};
}

}  // namespace ec2spotter::cli
