// `import`: prints how an ordinary instance becomes a machine, writes the machine's file, and takes
// the instance's disks over.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/consent.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/files/machine_file.hpp"
#include "control/files/machine_writing.hpp"
#include "control/importing/import_instance.hpp"
#include "control/pools/pool_check.hpp"
#include "model/tags.hpp"

namespace ec2spotter::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebian = "/aws/service/debian/release/12/latest/";

// What is found out before anything is done.
struct Plan {
  Machine machine;
  fs::path file;
  bool file_exists = false;
  std::vector<ImportStep> steps;
  std::vector<std::string> left_behind;
};

// The preboot image: the one that the user names, else Debian's. EC2 attaches a volume of the
// Marketplace only to instances of an image with the same codes, so there it is the instance's own;
// and also where the region does not know Debian's.
Result<std::string> choose_image(const Instance& source, const std::string& wished, aws::Ec2& ec2) {
  if (!wished.empty()) return wished;
  if (source.product_codes.empty()) {
    const bool arm = source.architecture == Architecture::arm64;
    const std::string name = kDebian + std::string(arm ? "arm64" : "amd64");
    if (ec2.parameter(name)) return "resolve:ssm:" + name;
  }
  TRY(const auto images, ec2.describe_images({source.image}, {}));
  if (!images.empty()) return source.image.str();
  return fail(Errc::invalid, "the image of " + source.id.str() + ", " + source.image.str() +
                                 ", is gone; name a preboot image with --image");
}

Result<std::string> choose_name(const Instance& source, const std::string& wished) {
  if (!wished.empty()) return wished;
  const std::string shown = tag::value(source.tags, tag::kName);
  if (is_name(shown)) return shown;
  return fail(Errc::invalid,
              shown.empty() ? source.id.str() + " has no Name tag; name the machine with --name"
                            : "the Name tag of " + source.id.str() + ", '" + shown +
                                  "', cannot be a machine's name; give one with --name");
}

// The user may have changed the file since a first run has written it.
Result<Machine> machine_of_file(const fs::path& file, const Machine& imported) {
  TRY(Machine machine, read_machine_file(file.string()));
  if (machine.name == imported.name && machine.owner == imported.owner &&
      machine.volume.id == imported.volume.id) {
    return machine;
  }
  return fail(Errc::refused, file.string() + " exists and is not about " +
                                 imported.volume.id.str() +
                                 "; name the machine otherwise with --name, or move the file away");
}

Result<Plan> make_plan(const Common& common, const Import& options, const ImportSource& source,
                       aws::Ec2& ec2) {
  ImportWish wish{
      .name = {}, .owner = owner_of(common), .image = {}, .end_source = options.terminate_source};
  TRY(const std::string name, choose_name(source.instance, options.name));
  wish.name = MachineName(name);
  TRY_VOID(check_importable(source, wish));
  TRY(wish.image, choose_image(source.instance, options.image, ec2));
  Plan plan;
  plan.file = (fs::path(common.machines) / (name + ".toml")).lexically_normal();
  TRY(plan.machine, check_machine(imported_machine(source, wish), source.instance.id.str()));
  TRY_VOID(check_name_is_free(plan.machine, ec2));
  plan.file_exists = fs::exists(plan.file);
  if (plan.file_exists) {
    TRY(plan.machine, machine_of_file(plan.file, plan.machine));
  }
  plan.steps = steps_left(source, plan.machine, options.terminate_source);
  plan.left_behind = left_behind(source);
  return plan;
}

// A new machine's file appears as a whole, and no other one is written over.
Result<void> write_file(const fs::path& file, const std::string& text) {
  const fs::path fresh = file.string() + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) return fail(Errc::io, fresh.string() + " cannot be written; check the folder");
  }
  std::error_code problem;
  fs::create_hard_link(fresh, file, problem);
  std::error_code ignored;
  fs::remove(fresh, ignored);
  if (problem) return fail(Errc::io, file.string() + " cannot be made: " + problem.message());
  return {};
}

void print_text(const Plan& plan, const InstanceId& source) {
  if (!plan.file_exists) fmt::print("{}:\n\n{}\n", plan.file.string(), machine_toml(plan.machine));
  int number = 0;
  fmt::print("Steps, each of which may be repeated:\n");
  if (!plan.file_exists) fmt::print("  {}. write {}\n", ++number, plan.file.string());
  for (const ImportStep& step : plan.steps) {
    fmt::print("  {}. {}\n", ++number, describe(step, source));
  }
  if (number == 0) fmt::print("  none is left\n");
  fmt::print("To know:\n");
  for (const std::string& note : plan.left_behind) fmt::print("  - {}\n", note);
}

nlohmann::json to_json(const Plan& plan, const InstanceId& source) {
  nlohmann::json steps = nlohmann::json::array();
  for (const ImportStep& step : plan.steps) steps.push_back(describe(step, source));
  return {{"name", plan.machine.name.str()},
          {"file", plan.file.string()},
          {"file_exists", plan.file_exists},
          {"machine_file", plan.file_exists ? std::string() : machine_toml(plan.machine)},
          {"volume", plan.machine.volume.id.str()},
          {"steps", steps},
          {"left_behind", plan.left_behind}};
}

// A machine that EC2 would not launch had better stay the instance that it is.
Result<void> check_launchable(const Plan& plan, const SourceDisk& root, aws::Ec2& ec2) {
  const auto launchable =
      check_can_launch(plan.machine, plan.machine.volume.id, root.volume.zone, ec2);
  if (launchable) return {};
  return fail(with_context(launchable.error(),
                           "EC2 would not launch the machine, so that nothing was changed"));
}

Result<void> check_consent(const Plan& plan, const ImportSource& source, bool yes, Waiter& waiter) {
  const bool runs = source.instance.state == InstanceState::running;
  const bool ends =
      !plan.steps.empty() && std::holds_alternative<import_step::End>(plan.steps.back());
  if (plan.steps.empty() || (!runs && !ends)) return {};
  const std::string what =
      source.instance.id.str() + (ends ? " will be terminated" : " is running and will be stopped");
  return ask_consent(what, plan.machine.name.str(), yes, waiter);
}

}  // namespace

Result<void> import(const Common& common, const Import& options) {
  TRY(auto session, Session::open(common, {}));
  aws::Ec2& ec2 = session->ec2();
  const InstanceId id(options.instance);
  TRY(const ImportSource source, look_at_source(id, ec2));
  TRY(const Plan plan, make_plan(common, options, source, ec2));
  TRY_VOID(check_launchable(plan, *root_of(source), ec2));
  if (common.output == Output::json) {
    print_json(to_json(plan, id));
  } else {
    print_text(plan, id);
  }
  if (options.dry_run) return {};
  TRY_VOID(check_consent(plan, source, options.yes, session->controls().waiter));
  if (!plan.file_exists) {
    TRY_VOID(write_file(plan.file, machine_toml(plan.machine)));
  }
  const auto tell = [&](const ImportStep& step) {
    if (!common.quiet) fmt::print(stderr, "ec2spotter: {}\n", describe(step, id));
  };
  TRY_VOID(import_instance(id, plan.machine, session->controls(),
                           {.end_source = options.terminate_source,
                            .deadline = options.waiting.timeout,
                            .on_step = tell}));
  if (!common.quiet) {
    fmt::print(stderr, "ec2spotter: {} is free and is the root of machine '{}', which is paused\n",
               plan.machine.volume.id.str(), plan.machine.name.str());
    fmt::print(stderr, "ec2spotter: next: ec2spotter launch {}\n", plan.file.string());
  }
  return {};
}

}  // namespace ec2spotter::cli
