// Reads what the boot program says on a body's serial console.
#pragma once

#include <string_view>

#include "model/observation.hpp"

namespace ec2spotter {

// The last line of the form "ec2spotter: STAGE RESULT key=value ..." in `console`, with what
// earlier lines say of the same visit to the preboot system; empty members when there is none.
// Anything else on the console is passed over.
BootReport read_boot_report(std::string_view console);

// The files of the volume's network settings that are for another MAC address than the body's, as
// the last boot on `console` has found, and that it did not change.
std::vector<std::string> read_pinned_network(std::string_view console);

// The files of the volume's network settings for names of the interface that the body does not
// have, where there are no settings for one that it has.
std::vector<std::string> read_unmatched_network(std::string_view console);

// Where the volume's own system has mounted a part of the preboot disk in the place of its own: of
// `/`, `/boot` and `/boot/efi`.
std::vector<std::string> read_foreign_parts(std::string_view console);

}  // namespace ec2spotter
