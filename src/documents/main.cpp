// Writes man pages and completions into a folder; runs when the program is built.
// usage: ec2spotter-documents FOLDER VERSION DATE
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/parsing/command_line.hpp"
#include "cli/parsing/parsed.hpp"
#include "documents/completions.hpp"
#include "documents/description.hpp"
#include "documents/man_page.hpp"

namespace ec2spotter::documents {
namespace {

bool write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) fmt::print(stderr, "ec2spotter-documents: {} cannot be written\n", path.string());
  return static_cast<bool>(file);
}

bool write_all(const std::filesystem::path& folder, const std::string& version,
               const std::string& date) {
  CLI::App app;
  cli::Parsed parsed;
  cli::build_command_line(app, parsed);
  const Command program = describe(app);
  bool written = write(folder / "man/ec2spotter.1", man_page(program, version, date));
  for (const Command& command : program.commands) {
    written &= write(folder / ("man/ec2spotter-" + command.name + ".1"),
                     man_page_of(command, version, date));
  }
  written &= write(folder / "bash/ec2spotter", bash_completion(program));
  written &= write(folder / "zsh/_ec2spotter", zsh_completion(program));
  return written && write(folder / "fish/ec2spotter.fish", fish_completion(program));
}

}  // namespace
}  // namespace ec2spotter::documents

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: ec2spotter-documents FOLDER VERSION DATE\n");
    return 2;
  }
  return ec2spotter::documents::write_all(argv[1], argv[2], argv[3]) ? 0 : 1;
}
