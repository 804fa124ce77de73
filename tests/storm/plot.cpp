#include "plot.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

#include "interfaces.hpp"
#include "local_ec2.hpp"
#include "moves.hpp"

namespace ec2spotter::storm {
namespace {

std::string numbered(const char* prefix, int number) {
  std::ostringstream text;
  text << prefix << std::hex << std::setw(17 - 4) << std::setfill('0') << number;
  return text.str();
}

// Anything from a hundredth of the most up to it, each power of ten as likely as the other.
double rate(std::mt19937_64& random, double max) {
  const double power = static_cast<double>(below(random, 2000)) / 1000.0;
  return chance(random, 0.6) ? max * std::pow(10.0, -power) : 0.0;
}

Rates draw_rates(std::mt19937_64& random) {
  Rates rates;
  rates.notice = rate(random, 0.15);
  rates.late_notice = rate(random, 0.05);
  rates.reclaim = rate(random, 0.1);
  rates.rebalance = rate(random, 0.1);
  rates.stop = rate(random, 0.02);
  rates.terminate = rate(random, 0.02);
  rates.detach = rate(random, 0.02);
  rates.poweroff = rate(random, 0.02);
  rates.drought = rate(random, 0.05);
  rates.fault = rate(random, 0.1);
  rates.stale = rate(random, 0.05);
  rates.slow = rate(random, 0.05);
  rates.crash = rate(random, 0.1);
  rates.absence = rate(random, 0.03);
  rates.delete_with = rate(random, 0.02);
  rates.wrong_file = rate(random, 0.02);
  rates.clock_step = rate(random, 0.1);
  rates.one_action = rate(random, 0.2);
  rates.lent_address = rate(random, 0.1);
  rates.like_root = rate(random, 0.05);
  rates.hang = rate(random, 0.02);
  rates.read_only = rate(random, 0.02);
  rates.long_check = rate(random, 0.1);
  rates.task = rate(random, 0.2);
  rates.dry_zone = rate(random, 0.05);
  rates.move = rate(random, 0.05);
  rates.restore = rate(random, 0.1);
  return rates;
}

Machine draw_machine(std::mt19937_64& random, int number) {
  Machine machine;
  machine.name = MachineName("m" + std::to_string(number));
  machine.owner = OwnerId("storm");
  machine.image = "ami-0aaaaaaaaaaaaaaa1";
  machine.volume.id = VolumeId(numbered("vol-0aaa", number));
  for (const char* type : kTypes) {
    if (machine.types.empty() || chance(random, 0.7)) machine.types.emplace_back(type);
  }
  if (chance(random, 0.15)) {
    machine.markets = {Market::on_demand};
  } else if (chance(random, 0.5)) {
    machine.markets.push_back(Market::on_demand);
    machine.on_demand_after = std::chrono::minutes(below(random, 10));
    if (chance(random, 0.5)) machine.return_to_spot.when = ReturnToSpot::When::always;
  }
  machine.release_on_notice = chance(random, 0.3);
  if (chance(random, 0.15)) machine.engine = Engine::swap;
  if (chance(random, 0.2)) machine.engine = Engine::replace;
  if (chance(random, 0.5)) {
    machine.on_unhealthy = chance(random, 0.5) ? OnUnhealthy::restart : OnUnhealthy::replace;
  }
  if (chance(random, 0.4)) {
    machine.zones.assign(std::begin(kZones), std::end(kZones));
    machine.move_after = std::chrono::minutes(below(random, 10));
  }
  machine.keep_retired = std::chrono::minutes(below(random, 180));
  if (chance(random, 0.4)) {
    machine.snapshot_every = std::chrono::minutes(60 + below(random, 1440));
    machine.keep_snapshots.count = 1 + static_cast<int>(below(random, 4));
  }
  if (chance(random, 0.4)) machine.elastic_ip = "127.91.0." + std::to_string(number + 1);
  if (chance(random, 0.2)) keep_private_ip(machine);
  return machine;
}

// Of each fifth machine: it takes no draw, so that the other worlds stay what they are.
void add_data(Machine& machine, int number) {
  if (number % 5 != 2) return;
  machine.data_volumes = {{parse_volume_name(numbered("vol-0ddd", number)), "/dev/sdg"},
                          {parse_volume_name("data of " + machine.name.str()), "/dev/sdh"}};
}

VolumeId copy_of(int number) { return VolumeId(numbered("vol-0ccc", number)); }

sim::Json draw_seed(const std::vector<Machine>& machines) {
  sim::Json seed{{"region", "us-east-1"},
                 {"snapshots", {{{"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}, {"size_gib", 2}}}},
                 {"images",
                  {{{"image_id", "ami-0aaaaaaaaaaaaaaa1"},
                    {"name", "stock"},
                    {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}}}},
                 {"volumes", sim::Json::array()},
                 {"addresses", sim::Json::array()}};
  int number = 0;
  for (const Machine& machine : machines) {
    for (const VolumeId& volume : {machine.volume.id, copy_of(number)}) {
      seed["volumes"].push_back({{"volume_id", volume.str()},
                                 {"zone", number % 2 == 0 ? "us-east-1a" : "us-east-1b"},
                                 {"size_gib", 8},
                                 {"tags", {{"Name", machine.name.str()}}}});
    }
    for (const DataVolume& data : machine.data_volumes) {
      seed["volumes"].push_back({{"volume_id", scenario::data_id(machine, data.volume).str()},
                                 {"zone", number % 2 == 0 ? "us-east-1a" : "us-east-1b"},
                                 {"size_gib", 4},
                                 {"tags", {{"Name", data.volume.name_tag}}}});
    }
    if (!machine.elastic_ip.empty()) {
      seed["addresses"].push_back({{"allocation_id", numbered("eipalloc-0aaa", number)},
                                   {"public_ip", machine.elastic_ip}});
    }
    ++number;
  }
  return seed;
}

}  // namespace

Plot draw_plot(std::mt19937_64& random, int machines, Engine engine) {
  Plot plot;
  for (int number = 0; number < machines; ++number) {
    plot.machines.push_back(draw_machine(random, number));
    if (engine != Engine::automatic) plot.machines.back().engine = engine;
    add_data(plot.machines.back(), number);
    plot.copies.push_back(copy_of(number));
  }
  plot.seed = draw_seed(plot.machines);
  plot.two_disks = chance(random, 0.3);
  if (plot.two_disks) {
    plot.seed["images"][0]["disks"] = {{{"device", "/dev/sdb"}, {"size_gib", 1}}};
  }
  plot.new_roots_go = chance(random, 0.7);
  plot.seed["replacement"] = {{"delete_on_termination", plot.new_roots_go}};
  plot.clock_gains = static_cast<int>(below(random, 201)) - 100;
  plot.rates = draw_rates(random);
  plot.two_controllers = chance(random, 0.3);
  return plot;
}

std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) { return random() % bound; }

bool chance(std::mt19937_64& random, double probability) {
  return static_cast<double>(random() >> 11) < probability * 9007199254740992.0;
}

double exponential(std::mt19937_64& random, double mean) {
  const double uniform = static_cast<double>((random() >> 11) + 1) / 9007199254740993.0;
  return -std::log(uniform) * mean;
}

}  // namespace ec2spotter::storm
