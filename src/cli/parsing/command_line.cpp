#include "cli/parsing/command_line.hpp"

#include <memory>
#include <string>

#include "cli/parsing/add_commands.hpp"
#include "cli/parsing/command_table.hpp"
#include "cli/parsing/help_format.hpp"
#include "cli/parsing/shared_options.hpp"

namespace ec2spotter::cli {
namespace {

void add_common(CLI::App& app, Common& common) {
  app.add_option("--region", common.region, "AWS region; default: as for the AWS CLI")
      ->type_name("REGION");
  app.add_option("--profile", common.profile, "AWS profile; default: $AWS_PROFILE")
      ->type_name("PROFILE");
  app.add_option("--endpoint-url", common.endpoint, "EC2 endpoint; default: as for the AWS CLI")
      ->type_name("URL");
  app.add_option("--owner", common.owner, "deployment id in our tags; default: the file's")
      ->type_name("OWNER");
  app.add_option("--machines", common.machines, "folder of machine files; default: this folder")
      ->type_name(kFolderType);
  add_choice(app, "--output", common.output, {{"text", Output::text}, {"json", Output::json}},
             "how results are printed");
  app.add_flag("--quiet,-q", common.quiet, "no progress on stderr");
}

// The heading under which help lists a command.
std::string group_of(const std::string& command) {
  for (const CommandRow& row : command_table()) {
    if (row.command == command) return std::string(row.group);
  }
  return "Others";
}

}  // namespace

void build_command_line(CLI::App& app, Parsed& parsed) {
  app.name("ec2spotter");
  app.description(
      "Ordinary, stateful Linux machines on EC2 Spot: the root volume stays, instances come "
      "and go.");
  app.formatter(std::make_shared<HelpFormat>());  // before the commands, which inherit it
  app.set_version_flag("--version", std::string(EC2SPOTTER_VERSION), "print the version");
  app.set_help_flag("-h,--help", "print this help");
  app.require_subcommand(1);
  app.fallthrough();
  add_common(app, parsed.common);
  add_launch(app, parsed);
  add_list(app, parsed);
  add_status(app, parsed);
  add_pause(app, parsed);
  add_resume(app, parsed);
  add_recycle(app, parsed);
  add_change_type(app, parsed);
  add_wait(app, parsed);
  add_ssh(app, parsed);
  add_watch(app, parsed);
  add_import(app, parsed);
  add_eject(app, parsed);
  add_terminate(app, parsed);
  add_move(app, parsed);
  add_backups(app, parsed);
  add_restore(app, parsed);
  add_undelete(app, parsed);
  add_grow_disk(app, parsed);
  add_explain(app, parsed);
  add_doctor(app, parsed);
  add_console(app, parsed);
  add_events(app, parsed);
  add_drill(app, parsed);
  add_bugreport(app, parsed);
  add_guest_files(app, parsed);
  add_setup(app, parsed);
  add_setup_role(app, parsed);
  add_reap(app, parsed);
  add_sim(app, parsed);
  for (CLI::App* command : app.get_subcommands({})) {
    command->group(group_of(command->get_name()));
  }
}

}  // namespace ec2spotter::cli
