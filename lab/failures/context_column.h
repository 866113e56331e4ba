#pragma once
/// What is known about the rows of one recording, before recordings are joined to a table.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lab/failures/error_table.h"

namespace vagus::lab {

/// One thing known about the rows of a recording; a word is told by its index in the recording's own list.
struct ContextColumn {
  std::string name, what, unit;
  std::vector<std::string> words;
  std::vector<float> values;
};

/// A column of words made as they come.
class Words {
 public:
  Words(std::string name, std::string what) : column_{std::move(name), std::move(what), "", {}, {}} {}
  void add(const std::string& word) {
    const auto at = std::find(column_.words.begin(), column_.words.end(), word);
    column_.values.push_back(static_cast<float>(at - column_.words.begin()));
    if (at == column_.words.end()) column_.words.push_back(word);
  }
  void add_unknown() { column_.values.push_back(unknown_value); }
  ContextColumn take() { return std::move(column_); }

 private:
  ContextColumn column_;
};

}  // namespace vagus::lab
