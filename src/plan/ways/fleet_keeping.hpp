// Unattended machines: what to do about the fleet that launches their bodies. The bodies
// attach the root and move the address themselves; this file only keeps one fleet for them.
#pragma once

#include <optional>
#include <string>

#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class FleetKeeping {
 public:
  explicit FleetKeeping(const Situation& s) : s_(s) {}

  // What keeps an unattended machine from getting a fleet: a body that no fleet would replace, or
  // one fleet just made that EC2 does not show yet; nullopt: nothing.
  std::optional<Decision> hindrance() const;
  // The next step towards having one fleet; nullopt: it has just one. Needs no hindrance.
  std::optional<Decision> keep_one(const Volume& volume) const;
  // The next step towards having no fleet; nullopt: there is none left. `volume`: the root, if
  // there is one, which tells of a fleet that EC2 does not show yet, whichever process has made it.
  std::optional<Decision> remove_all(const Volume* volume) const;
  // What the machine waits for while no living body has the root and no instance holds it.
  Decision await_body(const Volume& volume) const;

 private:
  std::optional<Decision> await_new_fleet() const;
  std::optional<Decision> find_body_in_the_way() const;
  Decision create(const Volume& volume) const;
  Decision remove(const Fleet& fleet, const std::string& why) const;

  const Situation& s_;
};

}  // namespace ec2spotter
