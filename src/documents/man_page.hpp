// Man pages, in the language of man(7).
#pragma once

#include <string>

#include "documents/description.hpp"

namespace ec2spotter::documents {

// ec2spotter(1): the commands, the options of all of them, the exit codes.
std::string man_page(const Command& program, const std::string& version, const std::string& date);

// ec2spotter-COMMAND(1); that of `sim` has its subcommands too.
std::string man_page_of(const Command& command, const std::string& version,
                        const std::string& date);

}  // namespace ec2spotter::documents
