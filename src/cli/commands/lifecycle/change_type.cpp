// `change-type`: writes other instance types into a machine's file, and hands the machine over to
// an instance of one of them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/commands/driving.hpp"
#include "cli/commands/lifecycle/type_words.hpp"
#include "cli/consent.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/files/editing/replace_file.hpp"
#include "control/files/editing/types_edit.hpp"
#include "control/files/machine_file.hpp"
#include "control/pools/pool_check.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

enum class Way {
  none,       // no instance is replaced
  hand_over,  // the next instance waits before the present one ends
  restart,    // the present instance ends first
};

std::string_view to_string(Way way) {
  switch (way) {
    case Way::none: return "none";
    case Way::hand_over: return "hand-over";
    case Way::restart: return "restart";
  }
  return "";
}

struct Change {
  std::string file, former_text, text;
  std::vector<std::string> former_types;
  Machine machine;    // with the new types
  Instance instance;  // the present one; without an id: none runs
  Way way = Way::none;
};

bool is_wanted(const Machine& machine, const std::string& type) {
  return std::find(machine.types.begin(), machine.types.end(), type) != machine.types.end();
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

Way way_of(const Change& change, const Volume& root, Goal goal, const ChangeType& options) {
  const bool stays = change.instance.id.empty() || goal == Goal::paused || options.later ||
                     is_wanted(change.machine, change.instance.type);
  if (stays) return Way::none;
  const bool free_first = change.machine.keeps_private_ip || is_unattended(change.machine, root);
  return free_first ? Way::restart : Way::hand_over;
}

// Everything is looked at before anything is changed.
Result<Change> make_change(const Common& common, const OpenMachine& open, const ChangeType& options,
                           const Consideration& considered, const Volume& root,
                           const Controls& controls) {
  Change change{.file = machine_file_path(common, options.machine),
                .former_text = {},
                .text = {},
                .former_types = open.found.machine.types,
                .machine = open.found.machine,
                .instance = {}};
  TRY(change.machine.types, read_types(options.types));
  TRY(change.former_text, read_file_text(change.file));
  TRY(change.text,
      with_types(change.former_text, change.file, change.machine.region, change.machine.types));
  TRY_VOID(check_types_fit(change.machine, root.id, root.zone, controls.ec2));
  const Instance* body = choose_body(change.machine, considered.look.seen);
  if (body != nullptr && is_live(*body)) change.instance = *body;
  change.way = way_of(change, root, considered.goal, options);
  return change;
}

std::string consequence(const Change& change) {
  return "machine '" + change.machine.name.str() + "' will end its instance " +
         change.instance.id.str() + " (" + change.instance.type +
         ") before the next one is launched, and be away until that has booted; --later would "
         "leave it as it is";
}

// Takes turns until the machine is up on one of its types. What was seen last.
Result<Look> replace(const Change& change, const Controls& controls, Duration deadline) {
  if (change.way == Way::restart) {
    TRY_VOID(drive(change.machine, controls, {.goal = Goal::paused, .deadline = deadline}));
  }
  TRY(Look last, drive(change.machine, controls,
                       {.goal = Goal::up, .deadline = deadline, .changes_type = true}));
  const Instance* body = choose_body(change.machine, last.seen);
  if (body != nullptr && is_wanted(change.machine, body->type)) return last;
  return fail(Errc::no_capacity,
              "EC2 has no instance of " + joined(change.machine.types) + " to give now; " +
                  change.file + " names them, and the machine goes on as " + change.instance.type +
                  ": run the same command again, or leave it to the "
                  "machine's next instance");
}

nlohmann::json to_json(const Change& change) {
  return {{"machine", change.machine.name.str()}, {"file", change.file},
          {"former_types", change.former_types},  {"types", change.machine.types},
          {"instance", change.instance.id.str()}, {"way", to_string(change.way)}};
}

void print_change(const Change& change, bool dry_run) {
  const bool same = change.text == change.former_text;
  fmt::print("{}: types {}{}\n", change.file, joined(change.machine.types),
             same ? ", as before" : ", before: " + joined(change.former_types));
  if (change.instance.id.empty()) {
    fmt::print("no instance runs; the next one has one of these types\n");
  } else if (change.way == Way::none) {
    fmt::print("{} ({}) stays; the next instance has one of these types\n",
               change.instance.id.str(), change.instance.type);
  } else if (dry_run) {
    fmt::print("{} ({}) would be replaced, by a {}\n", change.instance.id.str(),
               change.instance.type, to_string(change.way));
  }
}

}  // namespace

Result<void> change_type(const Common& common, const ChangeType& options) {
  TRY_VOID(read_types(options.types));
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  const Controls controls = open.session->controls();
  TRY(const Consideration considered, consider(open.found.machine, controls));
  const RootChoice root =
      choose_root(open.found.machine, considered.look.seen, controls.clock.now());
  if (root.volume == nullptr) return fail(root.refusal->errc, root.refusal->detail);
  TRY(const Change change, make_change(common, open, options, considered, *root.volume, controls));
  const bool json = common.output == Output::json;
  if (change.way == Way::restart && !options.dry_run) {
    TRY_VOID(
        ask_consent(consequence(change), change.machine.name.str(), options.yes, controls.waiter));
  }
  if (!options.dry_run && change.text != change.former_text) {
    TRY_VOID(replace_file(change.file, change.former_text, change.text));
  }
  if (!json) print_change(change, options.dry_run);
  nlohmann::json document = to_json(change);
  if (!options.dry_run && change.way != Way::none) {
    TRY(const Look last, replace(change, controls, options.timeout));
    const MachineReport report = make_report(change.machine, Goal::up, last.seen, last.decision);
    if (!json) print_report(report, Output::text);
    document["status"] = cli::to_json(report);
  }
  if (json) print_json(document);
  return {};
}

}  // namespace ec2spotter::cli
