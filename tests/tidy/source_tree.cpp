#include "source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace ec2spotter::tidy {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
  const std::size_t first = path.find('/');
  const std::size_t second = path.find('/', first + 1);
  return path.substr(0, second);
}

SourceFile read_file(const fs::path& root, const fs::path& path) {
  const std::string relative = fs::relative(path, root).generic_string();
  SourceFile file{.path = relative, .folder = folder_of(relative), .lines = {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

}  // namespace

bool SourceFile::is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

std::string SourceFile::place(std::size_t line_index) const {
  return path + ":" + std::to_string(line_index + 1);
}

std::vector<std::string> read_lines(const std::string& path) {
  const fs::path root(EC2SPOTTER_SOURCE_DIR);
  return read_file(root, root / path).lines;
}

std::vector<SourceFile> read_documents() {
  const fs::path root(EC2SPOTTER_SOURCE_DIR);
  std::vector<SourceFile> files;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().extension() == ".md") files.push_back(read_file(root, entry.path()));
  }
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(read_file(root, entry.path()));
  }
  return files;
}

std::vector<SourceFile> read_source_tree() {
  const fs::path root(EC2SPOTTER_SOURCE_DIR);
  std::vector<SourceFile> files;
  for (const char* folder : {"src", "boot", "tests", "bench", "script"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) files.push_back(read_file(root, entry.path()));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<SourceFile> read_all_texts() {
  const fs::path root(EC2SPOTTER_SOURCE_DIR);
  std::vector<SourceFile> files = read_source_tree();
  std::erase_if(files, [](const SourceFile& file) {
    return file.path.find("/corpus/") != std::string::npos ||
           file.path.starts_with("tests/boot/menus/") ||
           file.path.starts_with("tests/boot/rendered/");
  });
  for (const fs::path& folder : {root, root / "cmake"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || name.starts_with('.') || name.ends_with(".md")) continue;
      files.push_back(read_file(root, entry.path()));
    }
  }
  for (SourceFile& document : read_documents()) files.push_back(std::move(document));
  return files;
}

std::string included(const std::string& line) {
  constexpr std::string_view kInclude = "#include \"";
  if (!line.starts_with(kInclude)) return {};
  return line.substr(kInclude.size(), line.rfind('"') - kInclude.size());
}

}  // namespace ec2spotter::tidy
