// The network interface that a machine keeps, with its private address. Pure.
#pragma once

#include <string>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// In that zone, the one that the root's tag names; else one that a living body is on; else the
// first by its id. nullptr: there is none.
const NetworkInterface* choose_interface(const Observation& seen, const Volume& root,
                                         const std::string& zone);

// The id that the root's tag names; empty: none.
InterfaceId recorded_interface(const Volume& root);

// The one of the machine's interfaces that the body is on; nullptr: it has one of its own.
const NetworkInterface* interface_of(const Observation& seen, const Instance& body);

// May the machine have interfaces, as its file or its root says?
bool may_have_interfaces(const Machine& machine, const std::vector<Volume>& roots);

// "eni-1 (172.31.0.5)", for people.
std::string describe(const NetworkInterface& interface);

}  // namespace ec2spotter
