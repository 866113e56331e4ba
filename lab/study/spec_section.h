#pragma once
/// A table of a specification, read key by key: what is not known is refused with the nearest right name, the file and
/// the line. Shared by the files that read a specification's parts.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/base/text.h"
#include "lab/base/toml.h"
#include "lab/study/filter.h"

namespace vagus::lab {

/// A table of the file whose keys are taken one by one; what is not known is refused when it is opened.
class Section {
 public:
  Section(const toml::table& table, std::string title, const std::string& path, const std::vector<std::string>& known,
          const std::vector<std::string>& later = {})
      : table_(table), title_(std::move(title)), path_(path) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string shown = title_.empty() ? name : title_ + "." + name;
      if (std::find(later.begin(), later.end(), name) != later.end())
        fail(node, "'" + shown + "' is not done by this version of vagus",
             "take it out, or use a version that does it");
      const std::string near = nearest(name, known);
      fail(node, "unknown key '" + shown + "'", near.empty() ? "" : "did you mean '" + near + "'?");
    }
  }

  [[noreturn]] void fail(const toml::node& node, const std::string& what, const std::string& hint = {}) const {
    throw Error(what, path_ + " line " + std::to_string(node.source().begin.line), hint);
  }
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const { fail(table_, what, hint); }

  const toml::node* get(const char* key) const { return table_.get(key); }
  bool has(const char* key) const { return get(key) != nullptr; }
  const toml::table& table() const { return table_; }
  const std::string& path() const { return path_; }

  std::string text(const char* key, const std::string& standard) const {
    const auto* node = get(key);
    return node != nullptr ? text_of(*node, shown(key)) : standard;
  }
  std::string text(const char* key) const {
    const auto* node = get(key);
    if (node == nullptr) fail("'" + shown(key) + "' is missing");
    auto value = text_of(*node, shown(key));
    if (value.empty()) fail(*node, "'" + shown(key) + "' is empty");
    return value;
  }
  double number(const char* key, double standard, double low, double high) const {
    const auto* node = get(key);
    return node != nullptr ? number_of(*node, shown(key), low, high) : standard;
  }
  double number(const char* key, double low, double high) const {
    const auto* node = get(key);
    if (node == nullptr) fail("'" + shown(key) + "' is missing");
    return number_of(*node, shown(key), low, high);
  }
  std::int64_t integer(const char* key, std::int64_t standard, std::int64_t low, std::int64_t high) const {
    const auto* node = get(key);
    if (node == nullptr) return standard;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high)
      fail(*node,
           "'" + shown(key) + "' must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return *value;
  }
  bool flag(const char* key, bool standard) const {
    const auto* node = get(key);
    if (node == nullptr) return standard;
    const auto value = node->value_exact<bool>();
    if (!value) fail(*node, "'" + shown(key) + "' must be true or false");
    return *value;
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> values;
    const auto* node = get(key);
    if (node == nullptr) return values;
    if (!node->is_array()) fail(*node, "'" + shown(key) + "' must be a list of texts");
    for (const auto& item : *node->as_array()) values.push_back(text_of(item, "an entry of '" + shown(key) + "'"));
    return values;
  }
  Filter filter(const char* key) const {
    const auto* node = get(key);
    if (node == nullptr) return {};
    const auto value = text_of(*node, shown(key));
    if (value.empty()) return {};
    try {
      return Filter(value);
    } catch (const Error& error) {
      throw error.within(path_ + " line " + std::to_string(node->source().begin.line) + ", '" + shown(key) + "' ");
    }
  }
  /// A sub-table; an empty one where absent.
  const toml::table& section(const char* key) const {
    static const toml::table none;
    const auto* node = get(key);
    if (node == nullptr) return none;
    if (!node->is_table()) fail(*node, "'" + shown(key) + "' must be a table");
    return *node->as_table();
  }
  /// A list of tables ([[key]] or an inline array of them).
  std::vector<const toml::table*> sections(const char* key) const {
    std::vector<const toml::table*> found;
    const auto* node = get(key);
    if (node == nullptr) return found;
    if (!node->is_array()) fail(*node, "'" + shown(key) + "' must be a list of tables: [[" + key + "]]");
    for (const auto& item : *node->as_array()) {
      if (!item.is_table()) fail(item, "each '" + shown(key) + "' must be a table");
      found.push_back(item.as_table());
    }
    return found;
  }
  double number_of(const toml::node& node, const std::string& name, double low, double high) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value)) fail(node, "'" + name + "' must be a number");
    if (*value < low || *value > high) {
      std::ostringstream range;
      range << "'" << name << "' must lie between " << low << " and " << high;
      fail(node, range.str());
    }
    return *value;
  }

 private:
  std::string text_of(const toml::node& node, const std::string& name) const {
    const auto value = node.value_exact<std::string>();
    if (!value) fail(node, "'" + name + "' must be a text in quotes");
    return *value;
  }
  std::string shown(const char* key) const { return title_.empty() ? std::string(key) : title_ + "." + key; }

  const toml::table& table_;
  std::string title_;
  const std::string& path_;
};

}  // namespace vagus::lab
