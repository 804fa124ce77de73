// What instances and EC2 tell: consoles, announcements in a queue, our own journal.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "aws/wire/queue_wire.hpp"
#include "control/loop/journal.hpp"
#include "control/observe/boot_report.hpp"
#include "control/observe/spot_events.hpp"
#include "fuzz.hpp"

namespace {

using namespace ec2spotter;
namespace fs = std::filesystem;

// A folder of its own for the life of the process.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "ec2spotter-fuzz-XXXXXX").string();
    fuzz::require(::mkdtemp(name.data()) != nullptr, "there is a folder for temporary files");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void read_console(std::string_view text) {
  static_cast<void>(read_boot_report(text));
  static_cast<void>(read_pinned_network(text));
  static_cast<void>(read_unmatched_network(text));
}

void read_spot_event(std::string_view text) {
  const auto event = parse_spot_event(text);
  fuzz::require(!event || !event->instance.empty(), "an event is about an instance");
}

void read_queue(std::string_view text) {
  const auto messages = aws::parse_receive_message(text);
  if (!messages) return;
  for (const auto& message : *messages) read_spot_event(message.body);
}

void read_journal(std::string_view text) {
  static const Folder folder;
  std::ofstream(folder.path() / "events.jsonl", std::ios::binary) << text;
  const auto events = Journal(folder.path()).read("");
  fuzz::require(events.has_value(), "a journal is read, whatever is in it");
  for (const Event& event : *events) {
    static_cast<void>(to_text_line(event));
    static_cast<void>(to_json_line(event));
  }
}

constexpr std::array<fuzz::Parser, 4> kParsers{read_console, read_spot_event, read_queue,
                                               read_journal};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::choose(data, size, kParsers);
}
