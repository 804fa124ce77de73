// `list`: one row for each machine of the owner, from its root volume and its instances.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/tags/batch_tags.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

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

using Bodies = std::map<InstanceId, Instance>;

bool is_for(const Instance& body, const Volume& root) {
  const std::string volume = tag::value(body.tags, tag::kBodyOf);
  return tag::value(body.tags, tag::kMachine) == tag::value(root.tags, tag::kMachine) &&
         (volume.empty() || volume == root.id.str());
}

// The instance that the machine's name stands for while none holds the root; nullptr: none lives.
const Instance* choose_waiting(const Volume& root, const Bodies& bodies) {
  Machine machine;
  machine.name = MachineName(tag::value(root.tags, tag::kMachine));
  machine.owner = OwnerId(tag::value(root.tags, tag::kOwner));
  machine.volume.id = root.id;
  Observation seen;
  seen.volumes = {root};
  for (const auto& [id, body] : bodies) {
    if (is_for(body, root)) seen.bodies.push_back(body);
  }
  const Instance* body = choose_body(machine, seen);
  return body == nullptr ? nullptr : &bodies.at(body->id);
}

Row make_row(const Volume& volume, const Bodies& bodies) {
  Row row{.name = tag::value(volume.tags, tag::kMachine),
          .goal = tag::value(volume.tags, tag::kGoal),
          .volume = volume.id.str(),
          .zone = volume.zone,
          .volume_state = std::string(to_string(volume.state)),
          .body = {},
          .body_state = {},
          .type = {},
          .address = {}};
  if (const Attachment* held = holding(volume)) {
    row.body = held->instance.str();
    const auto found = bodies.find(held->instance);
    if (found != bodies.end()) show_body(row, found->second);
  } else if (const Instance* body = choose_waiting(volume, bodies)) {
    show_body(row, *body);
  }
  return row;
}

// Instances that run, and so cost money, although no root belongs to them.
void add_without_root(std::vector<Row>& rows, const std::vector<Volume>& roots,
                      const Bodies& bodies) {
  for (const auto& each : bodies) {
    const Instance& body = each.second;
    const bool has_row = std::any_of(roots.begin(), roots.end(),
                                     [&](const Volume& root) { return is_for(body, root); });
    if (!is_live(body) || has_row) continue;
    rows.push_back({.name = tag::value(body.tags, tag::kMachine), .zone = body.zone});
    show_body(rows.back(), body);
  }
}

void print_rows(const std::vector<Row>& rows) {
  constexpr const char* kForm = "{:<16} {:<7} {:<22} {:<11} {:<20} {:<14} {:<12} {}\n";
  fmt::print(kForm, "NAME", "GOAL", "VOLUME", "ZONE", "INSTANCE", "STATE", "TYPE", "ADDRESS");
  for (const Row& row : rows) {
    fmt::print(kForm, row.name, row.goal, row.volume.empty() ? "-" : row.volume, row.zone,
               row.body.empty() ? "-" : row.body,
               row.body.empty() ? row.volume_state : row.body_state, row.type, row.address);
  }
}

}  // namespace

Result<void> list(const Common& common) {
  TRY(auto session, Session::open(common, {}));
  std::vector<aws::Filter> filters{tag_filter(tag::kRole, tag::kRoleRoot)};
  std::vector<aws::Filter> body_filters{tag_filter(tag::kRole, "instance")};
  if (!common.owner.empty()) {
    for (auto* each : {&filters, &body_filters}) {
      each->push_back(tag_filter(tag::kOwner, common.owner));
    }
  }
  TRY(auto volumes, session->ec2().describe_volumes({}, filters));
  leave_newest_roots(volumes);
  TRY(auto instances, session->ec2().describe_instances({}, body_filters));
  Bodies bodies;
  for (Instance& instance : instances) {
    take_own_names(instance);
    bodies[instance.id] = std::move(instance);
  }
  std::vector<Row> rows;
  rows.reserve(volumes.size());
  for (const Volume& volume : volumes) rows.push_back(make_row(volume, bodies));
  add_without_root(rows, volumes, bodies);
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
                        {"instance", row.body},
                        {"instance_state", row.body_state},
                        {"instance_type", row.type},
                        {"address", row.address}});
  }
  print_json(document);
  return {};
}

}  // namespace ec2spotter::cli
