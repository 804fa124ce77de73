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

// Every text of the repository: those above, the files at its top, and cmake. Left out is what the
// boot tests and the fuzzer read as data.
std::vector<SourceFile> read_all_texts();

// The path of the project's header that this line includes, or empty.
std::string included(const std::string& line);

// The lines of one file, by its path from the root of the repository.
std::vector<std::string> read_lines(const std::string& path);

}  // namespace ec2spotter::tidy
