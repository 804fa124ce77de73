// Each function adds one command: its arguments, its help, and what it runs.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/parsing/parsed.hpp"

namespace ec2spotter::cli {

// everyday_commands.cpp
void add_launch(CLI::App& app, Parsed& parsed);
void add_list(CLI::App& app, Parsed& parsed);
void add_status(CLI::App& app, Parsed& parsed);
void add_pause(CLI::App& app, Parsed& parsed);
void add_resume(CLI::App& app, Parsed& parsed);
void add_recycle(CLI::App& app, Parsed& parsed);
void add_change_type(CLI::App& app, Parsed& parsed);
void add_wait(CLI::App& app, Parsed& parsed);
void add_ssh(CLI::App& app, Parsed& parsed);
void add_watch(CLI::App& app, Parsed& parsed);

// volume_commands.cpp
void add_move(CLI::App& app, Parsed& parsed);
void add_backups(CLI::App& app, Parsed& parsed);
void add_restore(CLI::App& app, Parsed& parsed);
void add_undelete(CLI::App& app, Parsed& parsed);
void add_grow_disk(CLI::App& app, Parsed& parsed);

// ordinary_commands.cpp
void add_import(CLI::App& app, Parsed& parsed);
void add_eject(CLI::App& app, Parsed& parsed);
void add_terminate(CLI::App& app, Parsed& parsed);

// trouble_commands.cpp
void add_explain(CLI::App& app, Parsed& parsed);
void add_doctor(CLI::App& app, Parsed& parsed);
void add_bugreport(CLI::App& app, Parsed& parsed);
void add_console(CLI::App& app, Parsed& parsed);
void add_events(CLI::App& app, Parsed& parsed);
void add_guest_files(CLI::App& app, Parsed& parsed);
void add_drill(CLI::App& app, Parsed& parsed);

// account_commands.cpp
void add_setup(CLI::App& app, Parsed& parsed);
void add_setup_role(CLI::App& app, Parsed& parsed);
void add_reap(CLI::App& app, Parsed& parsed);

// sim_commands.cpp: `sim`, and a subcommand for each control call.
void add_sim(CLI::App& app, Parsed& parsed);

}  // namespace ec2spotter::cli
