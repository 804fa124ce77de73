// The data volumes of a machine: its instance gets them before the root, and gives them up with it.
#pragma once

#include <optional>
#include <vector>

#include "plan/choice/data_choice.hpp"
#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class DataDisks {
 public:
  DataDisks(const Situation& s, const Root& root)
      : s_(s), root_(root), disks_(choose_data(s.machine, s.seen, root.volume, s.now)) {}

  // Why the machine cannot have each of them; nullopt: it can.
  std::optional<Decision> trouble() const;
  // Tags one of them as the machine's (rule S4); nullopt: all that are not in trouble are tagged.
  std::optional<Decision> adopt() const;
  // Rule S3, as for the root: one that EC2 would delete with its instance is cured of that.
  std::optional<Decision> protect() const;
  // What `body`, which runs or is stopped, still has to get; nullopt: it has all that are not in
  // trouble.
  std::optional<Decision> give_to(const Instance& body) const;
  // One that an ended instance of the machine still holds; nullopt: none of ours holds any.
  std::optional<Decision> wait_until_free() const;

 private:
  std::optional<Decision> find_clash(const DataDisk& disk, const Instance& body) const;
  std::optional<Decision> wait_for_view(const Volume& volume) const;
  Decision follow(const Volume& volume, const Attachment& held, const Instance& body) const;
  std::optional<Decision> wait_for_holder(const Volume& volume, const Attachment& held) const;

  const Situation& s_;
  const Root& root_;
  std::vector<DataDisk> disks_;
};

}  // namespace ec2spotter
