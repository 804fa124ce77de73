// The project's own source files, for tests that hold them to the rules.
#pragma once

#include <string>
#include <vector>

namespace ec2spotter::tidy {

struct SourceFile {
  std::string path;    // relative to the repository, with '/'
  std::string folder;  // "src/plan", "tests/unit": the first two parts
  std::vector<std::string> lines;

  bool is_cpp() const;
  std::string place(std::size_t line_index) const;  // "path:12"
};

// Every text file under src, boot, tests, bench and script.
std::vector<SourceFile> read_source_tree();

// Every document of the repository: those at its top, and all under docs.
std::vector<SourceFile> read_documents();

// The lines of one file, by its path from the root of the repository.
std::vector<std::string> read_lines(const std::string& path);

}  // namespace ec2spotter::tidy
