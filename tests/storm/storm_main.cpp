// storm [--first N] [--seeds N] [--machines N] [--days N] [--processes N] [--engine NAME]
// [--often FACTOR]: runs seeds, some of them twice, and ends with 1 when a rule was broken, a
// machine stayed down or two runs differed. With --until-broken RULE it ends with 0 as soon as a
// seed shows that this rule is broken; with `any`, as soon as a seed shows anything wrong.
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>

#include "storm.hpp"

namespace {

using ec2spotter::storm::run_storm;
using ec2spotter::storm::StormOptions;
using ec2spotter::storm::StormReport;

constexpr std::uint64_t kTwiceEvery = 20;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 20;
  int machines = 20;
  int days = 30;
  int processes = 2;
  std::string until_broken;
  std::string engine = "auto";
  double often = 1;
};

StormOptions options_of(const Arguments& arguments, std::uint64_t seed) {
  return {
      .seed = seed,
      .machines = arguments.machines,
      .time = std::chrono::hours(24 * arguments.days),
      .engine = ec2spotter::parse_engine(arguments.engine).value_or(ec2spotter::Engine::automatic),
      .often = arguments.often};
}

bool run_seed(const Arguments& arguments, std::uint64_t seed) {
  StormReport report = run_storm(options_of(arguments, seed));
  if (seed % kTwiceEvery == 0 && run_storm(options_of(arguments, seed)).digest != report.digest) {
    report.problems.emplace_back("a second run of the same seed took another course");
  }
  for (const std::string& problem : report.problems) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
  }
  if (!report.problems.empty()) {
    std::printf(
        "  again: script/storm --first %llu --seeds 1 --machines %d --days %d --engine %s "
        "--often %g\n",
        static_cast<unsigned long long>(seed), arguments.machines, arguments.days,
        arguments.engine.c_str(), arguments.often);
  }
  std::printf("seed %llu: %d incidents, %d turns, %d controllers, all up after %.0f s\n",
              static_cast<unsigned long long>(seed), report.incidents, report.turns,
              report.controllers, std::chrono::duration<double>(report.last_up).count());
  std::fflush(stdout);
  return report.problems.empty();
}

// Every `processes`-th seed from `offset` on.
bool run_share(const Arguments& arguments, std::uint64_t offset) {
  bool good = true;
  for (std::uint64_t i = offset; i < arguments.seeds;
       i += static_cast<std::uint64_t>(arguments.processes)) {
    good = run_seed(arguments, arguments.first + i) && good;
  }
  return good;
}

// A seed in which the rule is seen broken.
bool run_until_broken(const Arguments& arguments) {
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    const std::uint64_t seed = arguments.first + i;
    for (const std::string& problem : run_storm(options_of(arguments, seed)).problems) {
      const bool any = arguments.until_broken == "any";
      if (!any && problem.find(arguments.until_broken + ":") == std::string::npos) continue;
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
      return true;
    }
  }
  std::printf("%s was not seen broken within %llu seeds\n", arguments.until_broken.c_str(),
              static_cast<unsigned long long>(arguments.seeds));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Random worlds in virtual time");
  app.add_option("--first", arguments.first, "first seed");
  app.add_option("--seeds", arguments.seeds, "how many");
  app.add_option("--machines", arguments.machines, "in each world")->check(CLI::Range(1, 200));
  app.add_option("--days", arguments.days, "of trouble in each world")->check(CLI::Range(1, 3650));
  app.add_option("--processes", arguments.processes, "at the same time")->check(CLI::Range(1, 64));
  app.add_option("--engine", arguments.engine, "of all machines; auto: some of each kind")
      ->check(CLI::IsMember({"auto", "kexec", "replace", "pivot", "swap"}));
  app.add_option("--often", arguments.often, "so many times the usual trouble")
      ->check(CLI::Range(0.1, 100.0));
  app.add_option("--until-broken", arguments.until_broken, "S1 to S8, or any: seek it broken");
  CLI11_PARSE(app, argc, argv);
  if (!arguments.until_broken.empty()) return run_until_broken(arguments) ? 0 : 1;

  const auto begun = std::chrono::steady_clock::now();
  std::vector<pid_t> children;
  for (int i = 0; i < arguments.processes; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(run_share(arguments, static_cast<std::uint64_t>(i)) ? 0 : 1);
    if (child > 0) children.push_back(child);
  }
  bool good = children.size() == static_cast<std::size_t>(arguments.processes);
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const double years =
      static_cast<double>(arguments.seeds) * arguments.machines * arguments.days / 365.25;
  std::printf("%s: %.1f machine-years in %.1f s, %.3f s each\n",
              good ? "no rule was broken, all machines came up" : "FAILED", years, seconds,
              years > 0 ? seconds / years : 0.0);
  return good ? 0 : 1;
}
