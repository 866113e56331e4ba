#pragma once
/// The small language in which a specification picks recordings by what is known about them: `paced == false and age >=
/// 65`.
///
/// Operators, loosest first: `or`, `and`, `not`, then `== != < <= > >=`, `in [a, b]`, `not in [a, b]`; parentheses
/// group. A name is an attribute; a value is a number, `true`, `false` or a text in single or double quotes. Two values
/// that both read as numbers are compared as numbers, else as texts (`<` and its like need numbers). A comparison with
/// an attribute that a recording does not have is neither true nor false: what stays undecided is not picked, under
/// `not` as well.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

using Attributes = std::map<std::string, std::string>;

class Filter {
 public:
  /// Picks everything.
  Filter() = default;
  /// Throws Error whose place is "column N" if the text is not of the language.
  explicit Filter(std::string_view text);

  bool picks(const Attributes& attributes) const;
  /// Names of the attributes it asks for, in order of appearance, each once.
  const std::vector<std::string>& names() const { return names_; }
  bool empty() const { return root_ == nullptr; }
  const std::string& text() const { return text_; }

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
  std::vector<std::string> names_;
  std::string text_;
};

}  // namespace vagus::lab
