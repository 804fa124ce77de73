#include "cli/commands/bugreport/redaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace ec2spotter::cli {
namespace {

constexpr std::size_t kAccountDigits = 12;
constexpr std::size_t kAccessKeyLength = 20;
constexpr std::string_view kAccount = "<account>";
constexpr std::string_view kAccessKey = "<access key>";
constexpr std::string_view kSecret = "<secret>";
constexpr auto kKeyPrefixes = std::to_array<std::string_view>({"AKIA", "ASIA"});
constexpr auto kSecretWords = std::to_array<std::string_view>(
    {"password", "passwd", "passphrase", "secret", "token", "credential"});
constexpr std::string_view kKeyBegins = "-----BEGIN";
constexpr std::string_view kKeyEnds = "-----END";

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_upper_or_digit(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0 || is_digit(c);
}

// The length of the run of characters from `from` for which `is_one` holds.
template <class Is>
std::size_t run_length(std::string_view text, std::size_t from, Is is_one) {
  std::size_t to = from;
  while (to < text.size() && is_one(text[to])) ++to;
  return to - from;
}

std::string without_numbers(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t digits = run_length(line, at, is_digit);
    const bool starts_key =
        std::any_of(kKeyPrefixes.begin(), kKeyPrefixes.end(),
                    [&](std::string_view prefix) { return line.substr(at).starts_with(prefix); });
    const std::size_t key = starts_key ? run_length(line, at, is_upper_or_digit) : 0;
    // Within a resource's id such digits are part of a longer word.
    const bool stands_alone = (at == 0 || !is_alnum(line[at - 1])) &&
                              (at + digits == line.size() || !is_alnum(line[at + digits]));
    if (digits == kAccountDigits && stands_alone) {
      out += kAccount;
      at += digits;
    } else if (key >= kAccessKeyLength) {
      out += kAccessKey;
      at += key;
    } else {
      const std::size_t taken = std::max<std::size_t>(1, digits);
      out += line.substr(at, taken);
      at += taken;
    }
  }
  return out;
}

// Where the value of a secret word begins in the line; npos: there is none.
std::size_t secret_begins(std::string_view line) {
  std::string lower(line);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::size_t first = std::string::npos;
  for (const std::string_view word : kSecretWords) {
    const std::size_t at = lower.find(word);
    if (at == std::string::npos) continue;
    const std::size_t sign = lower.find_first_of("=:>", at);
    if (sign != std::string::npos) first = std::min(first, sign + 1);
  }
  return first;
}

std::string redacted_line(std::string_view line) {
  const std::size_t secret = secret_begins(line);
  if (secret == std::string::npos || secret >= line.size()) return without_numbers(line);
  return without_numbers(line.substr(0, secret)) + std::string(kSecret);
}

}  // namespace

std::string redacted(const std::string& text) {
  std::string out;
  bool in_key = false;
  std::string_view rest(text);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const bool begins = line.find(kKeyBegins) != std::string_view::npos;
    if (begins || in_key) {
      if (begins) out += kSecret;
      in_key = line.find(kKeyEnds) == std::string_view::npos;
    } else {
      out += redacted_line(line);
    }
    const bool last = end == std::string_view::npos;
    if (!last && !in_key) out += '\n';
    rest = last ? std::string_view() : rest.substr(end + 1);
  }
  return out;
}

}  // namespace ec2spotter::cli
