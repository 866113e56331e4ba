#pragma once
/// Patterns of file names with captures, and texts made from captures.
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace vagus::lab {

using Captures = std::map<std::string, std::string>;

/// "{subject}/{activity}/{session}.csv": `{name}` takes a run of characters without "/", `{name:REGEX}` what the
/// ECMAScript expression takes; the same name twice must take the same text. All else stands for itself.
class Pattern {
 public:
  /// Throws UsageError on an open brace or a bad expression.
  explicit Pattern(const std::string& text);
  std::optional<Captures> match(const std::string& path) const;

 private:
  std::regex regex_;
  std::vector<std::string> names_;
};

/// Puts captures into a text: "{subject}/{activity}". Throws UsageError if a name is not among them.
std::string fill(const std::string& text, const Captures& captures);

}  // namespace vagus::lab
