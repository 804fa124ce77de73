#include "aws/config/words.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class Splitter {
 public:
  void take(char c) {
    if (escaped_) {
      if (quote_ == '"' && c != '"' && c != '\\') word_ += '\\';
      word_ += c;
      escaped_ = false;
    } else if (c == '\\' && quote_ != '\'') {
      in_word_ = escaped_ = true;
    } else if (quote_ != '\0') {
      take_quoted(c);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      in_word_ = true;
    } else if (kBlanks.find(c) != std::string_view::npos) {
      end_word();
    } else {
      word_ += c;
      in_word_ = true;
    }
  }

  std::optional<std::vector<std::string>> finish() {
    if (escaped_ || quote_ != '\0') return std::nullopt;
    end_word();
    return std::move(words_);
  }

 private:
  void take_quoted(char c) {
    if (c == quote_) {
      quote_ = '\0';
    } else {
      word_ += c;
    }
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
  bool escaped_ = false;
  char quote_ = '\0';  // the open one
};

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  Splitter splitter;
  for (const char c : text) splitter.take(c);
  return splitter.finish();
}

}  // namespace ec2spotter::aws
