#include "cli/commands/drill/comparing.hpp"

#include "base/base64.hpp"

namespace ec2spotter::cli {
namespace {

using Outcome = Comparison::Outcome;

Comparison not_compared(const std::string& what, std::string before, std::string why) {
  return {.what = what,
          .outcome = Outcome::not_compared,
          .before = std::move(before),
          .after = {},
          .why = std::move(why)};
}

// `promise`: what says that it stays; empty: it may change.
Comparison compare_texts(const std::string& what, const std::string& words,
                         const std::string& before, const std::string& after,
                         const std::string& promise) {
  Comparison found{
      .what = what, .outcome = Outcome::same, .before = before, .after = after, .why = {}};
  if (before == after) return found;
  found.outcome = promise.empty() ? Outcome::changed : Outcome::broken;
  if (promise.empty()) return found;
  const std::string now = after.empty() ? "gone" : after;
  found.why = "the " + words + " was " + before + " and is now " + now + ", although " + promise;
  return found;
}

Comparison compare_addresses(const Machine& machine, const Facts& before, const Facts& after) {
  if (before.address.empty() && after.address.empty()) {
    return not_compared("address", {}, "the machine has no public address");
  }
  return compare_texts(
      "address", "address", before.address, after.address,
      machine.elastic_ip.empty() ? "" : "its file has elastic_ip = " + machine.elastic_ip);
}

Comparison compare_host_keys(const Machine& machine, const Facts& before, const Facts& after) {
  const std::string what = "host_key";
  if (!machine.probe) {
    return not_compared(what, {}, "the machine's file says that its SSH port is not probed");
  }
  if (before.host_key.empty() || after.host_key.empty()) {
    return not_compared(what, before.host_key,
                        std::string("the SSH server did not tell it ") +
                            (before.host_key.empty() ? "before the interruption" : "afterwards"));
  }
  return compare_texts(what, "SSH host key", before.host_key, after.host_key,
                       "the disk is the same");
}

// Why there is nothing to compare; empty: there is.
std::string unread(const Facts& before, const Facts& after) {
  if (!before.guest) return before.guest_unread;
  return after.guest ? std::string() : after.guest_unread;
}

Comparison compare_machine_ids(const Facts& before, const Facts& after) {
  const std::string what = "machine_id";
  if (const std::string why = unread(before, after); !why.empty()) {
    return not_compared(what, {}, why);
  }
  if (before.guest->machine_id.empty()) {
    return not_compared(what, {}, "the system has no /etc/machine-id");
  }
  return compare_texts(what, "machine id", before.guest->machine_id, after.guest->machine_id,
                       "the disk is the same");
}

Comparison compare_files(const Facts& before, const Facts& after) {
  const std::string what = "probe_file";
  if (const std::string why = unread(before, after); !why.empty()) {
    return not_compared(what, {}, why);
  }
  if (before.guest->probe_file.empty()) {
    return not_compared(what, {}, "the file could not be written in the home folder");
  }
  return compare_texts(what, "content of the probe file", before.guest->probe_file,
                       after.guest->probe_file, "it was on the disk before the interruption");
}

}  // namespace

std::string to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::same: return "same";
    case Outcome::changed: return "changed";
    case Outcome::broken: return "broken";
    case Outcome::not_compared: break;
  }
  return "not_compared";
}

std::vector<Comparison> compare(const Machine& machine, const Facts& before,
                                const std::optional<Facts>& after) {
  std::vector<Comparison> all;
  if (!after) {
    for (const char* what : {"address", "host_key", "machine_id", "probe_file"}) {
      all.push_back(not_compared(what, {}, "the machine is not up"));
    }
    return all;
  }
  all.push_back(compare_addresses(machine, before, *after));
  if (machine.keeps_private_ip) {
    all.push_back(compare_texts("private_address", "private address", before.private_address,
                                after->private_address, "its file says that it is kept"));
  }
  all.push_back(compare_host_keys(machine, before, *after));
  all.push_back(compare_machine_ids(before, *after));
  all.push_back(compare_files(before, *after));
  return all;
}

std::string fingerprint_of(const std::string& hash) {
  if (hash.empty()) return {};
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hash.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hash.substr(i, 2), nullptr, 16));
  }
  std::string text = base64_encode(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return "SHA256:" + text;
}

}  // namespace ec2spotter::cli
