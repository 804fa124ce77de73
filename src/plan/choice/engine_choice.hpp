// Which engine a machine's next instance is launched for, and which one follows when it fails.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// The boot program's word on the first instance of an eject: it has looked after the volume.
inline constexpr std::string_view kEjected = "ejected";

struct EngineChoice {
  Engine engine = Engine::automatic;
  std::string why{};      // for people, such as "the boot program said lvm"
  bool diverted = false;  // from the first engine of `auto`
};

// The engine for the machine's next instance. Of a supervised machine it is never `automatic`:
// `auto` begins with kexec, or with what was learned about the root; after an instance that was
// given up comes the next engine. The instances of a fleet have the file's engine, whatever
// happens.
EngineChoice choose_engine(const Machine& machine, const Volume& root, const Observation& seen);

// Can the firmware of the machine's instances start the root's disk by itself, as replace and swap
// need it?
enum class OwnBoot { possible, impossible };

// What `auto` takes after `failed`; nullopt: it was the last one. `because`: the word of the boot
// program that `failed`, or an engine before it, was given up for.
std::optional<Engine> next_engine(Engine failed, std::string_view because,
                                  OwnBoot own = OwnBoot::possible);

// May another engine enter a root of which the boot program says this word?
bool is_helped_by_another_engine(std::string_view word);

}  // namespace ec2spotter
