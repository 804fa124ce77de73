#include "plan/mode.hpp"

#include "model/tags.hpp"

namespace ec2spotter {

Mode mode_of(const Machine& machine, const Volume& root) {
  if (machine.unattended.value_or(tag::is_set(root.tags, tag::kUnattended))) {
    return Mode::unattended;
  }
  const bool tagged = tag::value(root.tags, tag::kEngine) == to_string(Engine::swap);
  const bool swaps =
      machine.engine == Engine::swap || (machine.engine == Engine::automatic && tagged);
  return swaps ? Mode::root_swapped : Mode::supervised;
}

}  // namespace ec2spotter
