// What happened to the machines: one JSON object a line, in files of bounded size.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter {

struct Event {
  TimePoint time;
  std::string machine;
  std::string kind;    // decision, step_failed, trouble
  std::string reason;  // the decision's, or EC2's error code
  std::string detail;
  std::vector<std::string> steps;
};

class Journal {
 public:
  // Keeps `events.jsonl` and its predecessors in `folder`, which must exist.
  explicit Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Appends one line with one write, so that a reader never sees half of it. Errors: io; a journal
  // that cannot be written must not keep machines from coming back.
  Result<void> append(const Event& event);

  // The events of all files, oldest first; of one machine when `machine` is not empty. A line that
  // is not one of ours is left out. Errors: io.
  Result<std::vector<Event>> read(const std::string& machine) const;

 private:
  std::filesystem::path file(int age) const;
  void rotate() const;

  std::filesystem::path folder_;
};

// "2026-11-24T02:07:54Z  web  up: ...", for people; "-" stands for all machines. No line end.
std::string to_text_line(const Event& event);

// {"time": ..., "machine": ..., ...}, without a line end.
std::string to_json_line(const Event& event);

}  // namespace ec2spotter
