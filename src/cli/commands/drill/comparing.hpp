// What a machine must have kept through an interruption. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/machine.hpp"

namespace ec2spotter::cli {

// What a guest says of itself over ssh.
struct GuestFacts {
  std::string machine_id;
  std::string probe_file;  // its content; empty: there is none
  bool operator==(const GuestFacts&) const = default;
};

// What is known of the machine at one time.
struct Facts {
  std::string address;  // empty: it has none
  std::string private_address;
  std::string host_key;  // as ssh prints it; empty: not known
  std::optional<GuestFacts> guest;
  std::string guest_unread;  // why ssh could not enter
};

struct Comparison {
  enum class Outcome {
    same,
    changed,  // as it may
    broken,   // a promise
    not_compared,
  };
  std::string what;  // as in the JSON: "host_key"
  Outcome outcome = Outcome::not_compared;
  std::string before, after;
  std::string why;  // the broken promise in a sentence, or why it was not compared
};
std::string to_string(Comparison::Outcome outcome);

// `after` nullopt: the machine is not up, so nothing can be compared.
std::vector<Comparison> compare(const Machine& machine, const Facts& before,
                                const std::optional<Facts>& after);

// "SHA256:..." as OpenSSH prints a host key, from the hash in hex; empty stays empty.
std::string fingerprint_of(const std::string& hash);

}  // namespace ec2spotter::cli
