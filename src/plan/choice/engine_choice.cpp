#include "plan/choice/engine_choice.hpp"

#include <algorithm>
#include <array>

#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Only the volume's own boot loader and initrd open such a root, or are to start it.
constexpr std::array<std::string_view, 7> kNeedOwnBoot{
    "lvm", "luks", "raid", "mount", "unreadable", "marketplace", kEjected};

// Of the boot program, or of the image that it runs on.
constexpr std::array<std::string_view, 22> kOtherWords{
    "did_not_come_up", "device_names", "menu",      "no_link",        "kexec_refused",
    "kexec_failed",    "old_kernel",   "xen",       "usr_apart",      "unchecked",
    "no_init",         "net_names",    "modules",   "systemd_initrd", "no_partition",
    "pivot",           "btrfs_twin",   "no_python", "no_blkid",       "no_cmp",
    "no_find",         "no_gunzip"};

// May the engine that was learned be taken? One that an eject has chosen is for ejects alone; and
// an eject begins with the boot program, unless that has said already that EC2 starts the root.
bool is_usable(Engine engine, std::string_view because, const Machine& machine) {
  if (!machine.ejects) return because != kEjected;
  return (engine == Engine::replace || engine == Engine::swap) && contains(kNeedOwnBoot, because);
}

EngineChoice learned(const Machine& machine, const Volume& root) {
  const auto engine = parse_engine(tag::value(root.tags, tag::kEngine));
  const std::string because = tag::value(root.tags, tag::kEngineBecause);
  if (!engine || *engine == Engine::automatic || !is_usable(*engine, because, machine)) {
    return {.engine = Engine::kexec, .why = "the first of auto"};
  }
  return {.engine = *engine,
          .why = because == tag::kSilent ? "an instance was silent with another engine"
                                         : "another engine gave up: " + because,
          .diverted = true};
}

}  // namespace

EngineChoice choose_engine(const Machine& machine, const Volume& root, const Observation& seen) {
  if (is_unattended(machine, root)) {
    return {.engine = machine.engine, .why = "the fleet's instances have it"};
  }
  if (machine.engine != Engine::automatic) {
    return {.engine = machine.engine, .why = "the machine file names it"};
  }
  EngineChoice first = learned(machine, root);
  const Instance* newest = newest_body(seen);
  if (newest == nullptr) return first;
  const Engine last = engine_of(*newest);
  if (was_silent(*newest)) {
    const bool lacks = tag::is_set(newest->tags, tag::kLacksLoader);
    const auto next = next_engine(last, tag::value(root.tags, tag::kEngineBecause),
                                  lacks ? OwnBoot::impossible : OwnBoot::possible);
    return {.engine = next.value_or(last),
            .why = newest->id.str() + " did not come up with " + std::string(to_string(last)),
            .diverted = true};
  }
  // It is one of those in a row: the others go by its engine until it is up, or given up.
  const bool in_a_row = attempt_of(*newest) > 1 && !came_up(*newest) && !has_ended(*newest);
  if (in_a_row) first.engine = last;
  return first;
}

std::optional<Engine> next_engine(Engine failed, std::string_view because, OwnBoot own) {
  switch (failed) {
    case Engine::automatic:
    case Engine::kexec:
      if (own == OwnBoot::possible) return Engine::replace;
      [[fallthrough]];
    case Engine::replace:
      if (!contains(kNeedOwnBoot, because)) return Engine::pivot;
      [[fallthrough]];
    case Engine::pivot:
      if (own == OwnBoot::possible) return Engine::swap;
      [[fallthrough]];
    case Engine::swap: return std::nullopt;
  }
  return std::nullopt;
}

bool is_helped_by_another_engine(std::string_view word) {
  return contains(kNeedOwnBoot, word) || contains(kOtherWords, word);
}

}  // namespace ec2spotter
