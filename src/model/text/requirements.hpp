// What a machine asks of its instance types where it does not name them.
// Source: EC2's InstanceRequirements; these are VCpuCount, MemoryMiB and
// ExcludedInstanceTypes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/enums.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// A whole number from `min` to `max`, both included.
struct Range {
  int min = 0;
  std::optional<int> max;  // nullopt: open
  bool operator==(const Range&) const = default;

  bool contains(int value) const { return value >= min && (!max || value <= *max); }
  bool is_empty() const { return max && *max < min; }
};

// "2" (exactly), "2-4", or "2-" (open), each number multiplied by `unit`, which must make it whole.
// nullopt: anything else. A minimum above its maximum is read as written.
std::optional<Range> parse_range(std::string_view text, int unit);

struct Requirements {
  Range vcpus;
  Range memory_mib;
  Architecture architecture = Architecture::x86_64;
  std::vector<std::string> excluded;  // names of types, with '*' for any part of them
  bool operator==(const Requirements&) const = default;
};

// Does this type have what is required? The architecture is not looked at: types come by it.
bool fulfils(const InstanceType& type, const Requirements& required);

// Can this be (part of) the name of an instance type: small letters, digits, '.', '-', and '*'?
bool is_type_pattern(std::string_view text);

// "2-4 vCPUs, 4-16 GiB, x86_64, without t2.*", for people.
std::string describe(const Requirements& required);

}  // namespace ec2spotter
