// Completions for shells. They list commands, options, the words of a choice, machines and files.
#pragma once

#include <string>

#include "documents/description.hpp"

namespace ec2spotter::documents {

std::string bash_completion(const Command& program);
std::string zsh_completion(const Command& program);
std::string fish_completion(const Command& program);

}  // namespace ec2spotter::documents
