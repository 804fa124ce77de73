// How an ordinary instance becomes a machine: what of it is taken over, what is done, and in which
// order. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "control/importing/source.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

struct ImportWish {
  MachineName name;
  OwnerId owner;
  std::string image;        // of the preboot system
  bool end_source = false;  // terminate the instance in the end
};

// Errors: refused, with what to do, for an instance that cannot become a machine or is one.
Result<void> check_importable(const ImportSource& source, const ImportWish& wish);

// The machine that a checked source becomes: its own type on Spot, with its network, key, address,
// profile, tags and data volumes.
Machine imported_machine(const ImportSource& source, const ImportWish& wish);

// What the machine will not have, for people: a sentence each.
std::vector<std::string> left_behind(const ImportSource& source);

namespace import_step {
// EC2 would delete the volume with the instance: that is turned off.
struct Protect {
  VolumeId volume;
  std::string device;
  bool operator==(const Protect&) const = default;
};
// The volume gets the machine's tags; the machine is paused.
struct Adopt {
  VolumeId volume;
  std::string device;
  bool is_root = false;
  bool operator==(const Adopt&) const = default;
};
// Its system shuts down in order.
struct Stop {
  bool operator==(const Stop&) const = default;
};
// The Elastic IP gets the machine's tags and leaves the instance.
struct FreeAddress {
  AllocationId address;
  AssociationId association;
  std::string public_ip;
  bool operator==(const FreeAddress&) const = default;
};
struct Detach {
  VolumeId volume;
  std::string device;
  bool operator==(const Detach&) const = default;
};
struct End {
  bool operator==(const End&) const = default;
};
}  // namespace import_step

using ImportStep = std::variant<import_step::Protect, import_step::Adopt, import_step::Stop,
                                import_step::FreeAddress, import_step::Detach, import_step::End>;

// For people.
std::string describe(const ImportStep& step, const InstanceId& source);

// What is still to do, in order. Each step needs those before it; empty: the machine can be
// launched.
std::vector<ImportStep> steps_left(const ImportSource& source, const Machine& machine,
                                   bool end_source);

// Can this step be done now? No: EC2 is at work on what came before it.
bool is_ready(const ImportStep& step, const ImportSource& source);

}  // namespace ec2spotter
