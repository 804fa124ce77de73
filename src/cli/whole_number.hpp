// Whole numbers on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <string>

namespace ec2spotter::cli {

// Takes digits alone: CLI11's own conversion also reads "0x10", and "010" as eight.
inline CLI::Validator whole_number(int min, int max) {
  const std::string range = std::to_string(min) + " to " + std::to_string(max);
  return {[=](std::string& text) -> std::string {
            int number = 0;
            const char* last = text.data() + text.size();
            const auto [end, error] = std::from_chars(text.data(), last, number);
            if (error != std::errc{} || end != last || number < min || number > max) {
              return text + " is not a whole number from " + range;
            }
            text = std::to_string(number);
            return {};
          },
          range};
}

}  // namespace ec2spotter::cli
