// Reads from a boot loader's configuration what it would boot: GRUB 2's grub.cfg, and Boot Loader
// Specification entries. Text in, values out. Commands run, conditions do not: both branches of an
// `if` count, which is right for what update-grub and grub2-mkconfig write.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter::sim {

using BootVariables = std::map<std::string, std::string, std::less<>>;

struct BootEntry {
  std::string title;
  std::string kernel;                // path in the file system that is GRUB's $root
  std::vector<std::string> initrds;  // likewise; loaded one after another
  std::string arguments;             // the kernel's command line

  bool operator==(const BootEntry&) const = default;
};

// The lines of a grubenv block.
BootVariables parse_grubenv(std::string_view text);

// The default menu entry. nullopt if grub.cfg leaves the entries to BLS files (blscfg). Errors:
// invalid when there is no entry with a kernel.
Result<std::optional<BootEntry>> parse_grub_cfg(std::string_view text, BootVariables variables);

// One file of loader/entries/; nothing when it names no kernel.
std::optional<BootEntry> parse_bls_entry(std::string_view text, const BootVariables& variables);

// Whether file name `a` is of a newer kernel than `b`: digits compare as numbers.
bool is_newer(const std::string& a, const std::string& b);

}  // namespace ec2spotter::sim
