#include "lab/store/pattern.h"

#include <algorithm>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// Where the brace that opens at `open` closes; braces within a regular expression nest.
std::size_t closing(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  throw UsageError("a brace is not closed in \"" + text + "\"");
}

}  // namespace

Pattern::Pattern(const std::string& text) {
  std::string expression;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') {
      const std::size_t close = closing(text, i);
      const std::string inner = text.substr(i + 1, close - i - 1);
      const std::size_t colon = inner.find(':');
      const std::string name = inner.substr(0, colon);
      const auto known = std::find(names_.begin(), names_.end(), name);
      if (known != names_.end()) {
        expression += "\\" + std::to_string(known - names_.begin() + 1) + "(?:)";
      } else {
        names_.push_back(name);
        expression += colon == std::string::npos ? "([^/]+?)" : "(" + inner.substr(colon + 1) + ")";
      }
      i = close;
      continue;
    }
    if (std::string("\\^$.|?*+()[]").find(text[i]) != std::string::npos) expression += '\\';
    expression += text[i];
  }
  try {
    regex_ = std::regex(expression);
  } catch (const std::regex_error&) {
    throw UsageError("\"" + text + "\" holds a bad regular expression", "groups in it must be written (?:...)");
  }
  if (regex_.mark_count() != names_.size())
    throw UsageError("\"" + text + "\" holds a group of its own", "groups in it must be written (?:...)");
}

std::optional<Captures> Pattern::match(const std::string& path) const {
  std::smatch found;
  // A path of thousands of characters would cost the recursive matcher its stack.
  if (path.size() > 2000 || !std::regex_match(path, found, regex_)) return std::nullopt;
  Captures captures;
  for (std::size_t i = 0; i < names_.size(); ++i) captures[names_[i]] = found[i + 1].str();
  return captures;
}

std::string fill(const std::string& text, const Captures& captures) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      out += text[i];
      continue;
    }
    const std::size_t close = closing(text, i);
    const std::string name = text.substr(i + 1, close - i - 1);
    const auto it = captures.find(name);
    if (it == captures.end())
      throw UsageError(std::string("\"").append(text) + "\" speaks of {" + name + "}, which nothing captures");
    out += it->second;
    i = close;
  }
  return out;
}

}  // namespace vagus::lab
