// Follows a body from the attachment of its root until the root is up or the body is given up.
#pragma once

#include "plan/situation.hpp"

namespace ec2spotter {

class Booting {
 public:
  explicit Booting(const Situation& s) : s_(s) {}

  // What to do about the holder of a root that is not up yet.
  Decision follow(const Root& root) const;
  // What to do about a boot program that has given up.
  Decision fail(const Root& root, const BootReport& boot, const Instance& body) const;

 private:
  std::optional<Decision> learn(const Root& root) const;
  std::optional<Decision> go_on_after(const BootReport& failure, const std::string& what,
                                      const Root& root, const Instance& body) const;
  std::optional<Decision> after(const BootReport& failure, const Root& root,
                                const Instance& body) const;
  TimePoint last_sign(const Attachment& held, const Instance& body) const;
  bool is_silent(const Attachment& held, const Instance& body) const;
  Decision time_out(const Root& root, const BootReport& boot, const Instance& body) const;

  const Situation& s_;
};

}  // namespace ec2spotter
