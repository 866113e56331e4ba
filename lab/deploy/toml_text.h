#pragma once
/// Values of TOML with errors that name file and line.
#include <string>

#include "lab/base/error.h"
#include "lab/base/toml.h"

namespace vagus::lab {

inline std::string toml_place(const toml::node& node, const std::string& where) {
  return where + " line " + std::to_string(node.source().begin.line);
}

/// The text under `key`; Error where there is none.
inline std::string toml_text(const toml::table& table, const char* key, const std::string& where) {
  const auto value = table[key].value<std::string>();
  if (!value) throw Error(std::string("there is no text \"") + key + "\"", toml_place(table, where));
  return *value;
}

}  // namespace vagus::lab
