// What in a file is written for readers: comments, documents, and the texts between quotes.
#pragma once

#include <string>
#include <vector>

#include "source_tree.hpp"

namespace ec2spotter::tidy {

struct ProseLine {
  std::size_t index;  // of the line in its file
  std::string text;
};

// A document whole; of C++ what follows "//", of Python comments and docstrings, of anything else
// what follows "#".
std::vector<ProseLine> prose_of(const SourceFile& file);

// The rest of each line: the code itself, with its literals.
std::vector<std::string> code_of(const SourceFile& file);

// What stands between quotes in a line of C++, joined; empty for an #include and in a comment.
std::string literals_of(const std::string& line);

// What stands between pairs of backquotes.
std::vector<std::string> quoted_in(const std::string& text);

// The words of letters, digits and underscores.
std::vector<std::string> identifiers_of(const std::string& text);

}  // namespace ec2spotter::tidy
