// What happens in one random world: everything that a seed decides before anything runs.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "model/machine.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::storm {

// What may fail, and how.
inline constexpr const char* kActions[] = {"DescribeVolumes",
                                           "DescribeAddresses",
                                           "GetConsoleOutput",
                                           "DescribeInstanceStatus",
                                           "CreateTags",
                                           "AttachVolume",
                                           "AssociateAddress",
                                           "DisassociateAddress",
                                           "TerminateInstances",
                                           "DescribeSpotInstanceRequests",
                                           "DescribeInstances",
                                           "RunInstances",
                                           "CreateReplaceRootVolumeTask",
                                           "DescribeReplaceRootVolumeTasks",
                                           "DescribeNetworkInterfaces",
                                           "CreateNetworkInterface",
                                           "DeleteNetworkInterface"};
inline constexpr const char* kFaultKinds[] = {"throttle",   "error_before", "error_after",
                                              "lost_reply", "task_fails",   "task_fails_detached"};

// How often each kind of trouble comes, per machine and day; zero: never in this world.
struct Rates {
  double reclaim = 0, notice = 0, late_notice = 0, rebalance = 0;
  double stop = 0, terminate = 0, detach = 0, poweroff = 0;
  double drought = 0;       // a pool without capacity for minutes to hours
  double fault = 0;         // calls that fail, for a while
  double stale = 0;         // describes that show the past
  double slow = 0;          // states that change late
  double crash = 0;         // the controller dies between two calls
  double absence = 0;       // the controller is away for minutes
  double delete_with = 0;   // a person sets DeleteOnTermination of a root
  double wrong_file = 0;    // a machine's file names a copy of its root for a while
  double clock_step = 0;    // somebody sets the clock of the controllers' host
  double one_action = 0;    // one action fails or hangs, for a while
  double lent_address = 0;  // a machine's address serves somebody else for a while
  double like_root = 0;     // a copy gets the tags of its root
  double hang = 0;          // a system stands still
  double read_only = 0;     // a root takes no more writes
  double task = 0;          // what EC2 replaces the root disk of is taken meanwhile
  double dry_zone = 0;      // a zone without capacity for minutes to hours
  double move = 0;          // a person orders a machine to another zone
  double restore = 0;       // a person brings a machine back to a backup, or to its former root
  double long_check = 0;    // new bodies check their root's file system for long, for a while
};

struct Plot {
  std::vector<Machine> machines;
  std::vector<VolumeId> copies;  // of each machine's root; never to be one
  sim::Json seed;                // the world's resources
  Rates rates;
  bool two_controllers = false;
  bool two_disks = false;  // the image brings a second one
  // Does a root that EC2 makes a root disk go with its instance, until somebody switches that off?
  bool new_roots_go = true;
  int clock_gains = 0;  // of the controllers' host, in a million seconds
};

// `engine`: of all machines; `automatic`: some of each kind.
Plot draw_plot(std::mt19937_64& random, int machines, Engine engine);

// Drawn alike on every platform, which the distributions of the standard library are not.
std::uint64_t below(std::mt19937_64& random, std::uint64_t bound);
bool chance(std::mt19937_64& random, double probability);
double exponential(std::mt19937_64& random, double mean);

}  // namespace ec2spotter::storm
