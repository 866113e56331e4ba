#pragma once
/// TOML with errors that name file and line.
#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "lab/base/error.h"

namespace vagus::lab {

inline std::string toml_place(const toml::node& node, const std::string& where) {
  return where + " line " + std::to_string(node.source().begin.line);
}

/// Throws Error naming `where` and the line where the text is no TOML.
inline toml::table parse_toml(std::string_view text, const std::string& where) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Error(std::string(error.description()), where + " line " + std::to_string(error.source().begin.line));
  }
}

/// The text under `key`; Error where there is none.
inline std::string toml_text(const toml::table& table, const char* key, const std::string& where) {
  const auto value = table[key].value<std::string>();
  if (!value) throw Error(std::string("there is no text \"") + key + "\"", toml_place(table, where));
  return *value;
}

}  // namespace vagus::lab
