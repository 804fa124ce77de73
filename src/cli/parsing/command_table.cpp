#include "cli/parsing/command_table.hpp"

#include <utility>

namespace ec2spotter::cli {
namespace {

// Bring a machine up, see it, rest it, log in, keep it up.
std::vector<CommandRow> everyday_rows() {
  return {
      {"launch",
       "Everyday",
       {{"ec2spotter launch web.toml", "start the machine of web.toml"},
        {"ec2spotter launch web.toml m7i.large", "this time on another instance type"},
        {"ec2spotter launch web.toml --unattended",
         "a fleet launches the next instances; no watch is needed"}}},
      {"list",
       "Everyday",
       {{"ec2spotter list", "all machines of the region"},
        {"ec2spotter list --output json", "the same for a script"}}},
      {"status", "Everyday", {{"ec2spotter status web", "where the machine is"}}},
      {"pause", "Everyday", {{"ec2spotter pause web", "end the instance, keep the disk"}}},
      {"resume", "Everyday", {{"ec2spotter resume web", "start an instance on the disk"}}},
      {"recycle", "Everyday", {{"ec2spotter recycle web", "another instance for the same disk"}}},
      {"change-type",
       "Everyday",
       {{"ec2spotter change-type web m7i.large,m6i.large", "hand over to one of these types"},
        {"ec2spotter change-type web m7i.large --later", "from the next instance on"}}},
      {"wait",
       "Everyday",
       {{"ec2spotter wait web", "until the machine is up"},
        {"ec2spotter wait web --until paused --timeout 5",
         "until it is paused, for five minutes at most"}}},
      {"ssh",
       "Everyday",
       {{"ec2spotter ssh web", "log in"}, {"ec2spotter ssh web uptime", "run one command there"}}},
      {"watch",
       "Everyday",
       {{"ec2spotter watch", "keep the machines of this folder up"},
        {"ec2spotter watch /etc/ec2spotter", "those of another folder"}}},
  };
}

// Ways in and out, and other volumes and places.
std::vector<CommandRow> place_rows() {
  return {
      {"import",
       "Way in and out",
       {{"ec2spotter import i-0a58c3f1b2d4e5f60 --dry-run", "what would be done"},
        {"ec2spotter import i-0a58c3f1b2d4e5f60 --yes", "make a machine of the instance"}}},
      {"eject",
       "Way in and out",
       {{"ec2spotter eject web --yes", "leave an on-demand instance on the disk"},
        {"ec2spotter eject web --market spot --yes", "leave a Spot instance"}}},
      {"terminate",
       "Way in and out",
       {{"ec2spotter terminate web --yes", "end the machine, keep its disks"},
        {"ec2spotter terminate web --delete-volume", "with its root volume; asks for the name"}}},
      {"move",
       "Volumes and places",
       {{"ec2spotter move web --zone us-east-1b", "to another zone"},
        {"ec2spotter move web --region eu-west-1 --yes", "to a region of its file"},
        {"ec2spotter move web --cancel", "stop a move that is under way"}}},
      {"backups",
       "Volumes and places",
       {{"ec2spotter backups web", "what the machine can be restored from"}}},
      {"restore",
       "Volumes and places",
       {{"ec2spotter restore web --from 2026-11-28T12:00:00Z", "the newest content of that time"},
        {"ec2spotter restore web --from snap-0f3a5b7c9d1e2f3a4", "the content of this snapshot"}}},
      {"undelete",
       "Volumes and places",
       {{"ec2spotter undelete web", "back to the last former root"}}},
      {"grow-disk",
       "Volumes and places",
       {{"ec2spotter grow-disk web 40", "the root has 40 GiB"},
        {"ec2spotter grow-disk web 200 --volume web-data", "a data volume"}}},
  };
}

// What is wrong, and what the account has.
std::vector<CommandRow> trouble_rows() {
  return {
      {"explain",
       "Trouble",
       {{"ec2spotter explain web", "why the machine is there, and what comes next"}}},
      {"doctor",
       "Trouble",
       {{"ec2spotter doctor web", "what may keep it from coming back, and the cure"}}},
      {"console", "Trouble", {{"ec2spotter console web", "what its instance printed at the boot"}}},
      {"events",
       "Trouble",
       {{"ec2spotter events", "what watches have done for all machines"},
        {"ec2spotter events web", "and for one"}}},
      {"drill",
       "Trouble",
       {{"ec2spotter drill web --yes", "an interruption with a notice"},
        {"ec2spotter drill web --kind cut --within 300 --yes",
         "one without a notice, five minutes at most"}}},
      {"bugreport",
       "Trouble",
       {{"ec2spotter bugreport web", "a text file without secrets, for somebody who helps"}}},
      {"guest-files",
       "Trouble",
       {{"ec2spotter guest-files web", "what happens to our files at the next boot"},
        {"ec2spotter guest-files web --remove", "remove them there"}}},
      {"setup", "Account", {{"ec2spotter setup", "check credentials and region"}}},
      {"setup-role",
       "Account",
       {{"ec2spotter setup-role web.toml --dry-run", "print the role's policy"},
        {"ec2spotter setup-role web.toml", "make the role"}}},
      {"reap",
       "Account",
       {{"ec2spotter reap", "fleets that no machine needs any more"},
        {"ec2spotter reap --yes", "delete them"}}},
      {"sim",
       "Local EC2",
       {{"ec2spotter sim --guests", "a local EC2 at 127.0.0.1:4599"},
        {"ec2spotter sim --vm --state state --seed seed.json",
         "one whose instances are virtual machines"}}},
  };
}

// Control calls of the local EC2: what the account and instances meet.
std::vector<CommandRow> sim_market_rows() {
  return {
      {"sim capacity",
       "",
       {{"ec2spotter sim capacity t3.small us-east-1a 0", "the pool has no capacity"}}},
      {"sim price",
       "",
       {{"ec2spotter sim price t3.small us-east-1a 0.0071", "US dollars an hour"}}},
      {"sim quota",
       "",
       {{"ec2spotter sim quota spot_vcpus 32", "the account gets no more than that"}}},
      {"sim key", "", {{"ec2spotter sim key alias/disks disabled", "EC2 cannot use the key"}}},
      {"sim zone",
       "",
       {{"ec2spotter sim zone us-east-1a --zone-state impaired", "the zone is impaired"}}},
      {"sim limits", "", {{"ec2spotter sim limits --enabled false", "no call is throttled"}}},
      {"sim notice",
       "",
       {{"ec2spotter sim notice i-0a58c3f1b2d4e5f60", "EC2 takes the instance in two minutes"}}},
      {"sim rebalance",
       "",
       {{"ec2spotter sim rebalance i-0a58c3f1b2d4e5f60", "EC2 recommends to leave it"}}},
      {"sim reclaim", "", {{"ec2spotter sim reclaim i-0a58c3f1b2d4e5f60", "EC2 takes it at once"}}},
      {"sim status",
       "",
       {{"ec2spotter sim status i-0a58c3f1b2d4e5f60 system impaired", "its host is impaired"}}},
      {"sim event",
       "",
       {{"ec2spotter sim event i-0a58c3f1b2d4e5f60 instance-retirement", "it retires in a day"}}},
      {"sim hang", "", {{"ec2spotter sim hang i-0a58c3f1b2d4e5f60", "its system hangs"}}},
      {"sim read_only",
       "",
       {{"ec2spotter sim read_only i-0a58c3f1b2d4e5f60", "its root is read-only"}}},
  };
}

// Control calls: faults, time, and what the local EC2 knows.
std::vector<CommandRow> sim_rows() {
  return {
      {"sim delay", "", {{"ec2spotter sim delay fleets 30", "fleets are seen 30 seconds late"}}},
      {"sim replacement",
       "",
       {{"ec2spotter sim replacement --delete-on-termination true",
         "a new root goes with its instance"}}},
      {"sim fault",
       "",
       {{"ec2spotter sim fault throttle --action RunInstances --count 3",
         "the next three launches are throttled"}}},
      {"sim clock", "", {{"ec2spotter sim clock 3600", "an hour passes"}}},
      {"sim state", "", {{"ec2spotter sim state", "everything"}}},
      {"sim resources", "", {{"ec2spotter sim resources volume", "all volumes"}}},
      {"sim calls", "", {{"ec2spotter sim calls", "the journal of calls"}}},
      {"sim actions", "", {{"ec2spotter sim actions", "the API actions"}}},
      {"sim violations", "", {{"ec2spotter sim violations", "the broken safety rules"}}},
  };
}

}  // namespace

const std::vector<CommandRow>& command_table() {
  static const std::vector<CommandRow> kTable = [] {
    std::vector<CommandRow> all;
    for (auto* part : {&everyday_rows, &place_rows, &trouble_rows, &sim_market_rows, &sim_rows}) {
      for (CommandRow& row : part()) all.push_back(std::move(row));
    }
    return all;
  }();
  return kTable;
}

}  // namespace ec2spotter::cli
