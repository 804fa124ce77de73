// A number that differs when something of an instance has changed.
#pragma once

#include <cstddef>
#include <string>

#include "model/resources.hpp"

namespace ec2spotter {

// Each takes what it is given into `hash`.
void mix(std::size_t& hash, std::size_t value);
void mix(std::size_t& hash, const std::string& text);
void mix(std::size_t& hash, const Instance& body);

}  // namespace ec2spotter
