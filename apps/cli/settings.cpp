#include "apps/cli/settings.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/toml.h"
#include "lab/detect/settings.h"

namespace vagus::cli {
namespace {

std::string text_of(const toml::node& node) {
  if (const auto* number = node.as_floating_point()) return lab::shortest(number->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* text = node.as_string()) return text->get();
  return "";
}

}  // namespace

lab::Config read_settings(const lab::DetectorInfo& detector, const std::string& file,
                          const std::vector<std::string>& settings) {
  lab::Config config;
  if (!file.empty()) {
    if (!std::filesystem::is_regular_file(file)) throw lab::Error("the configuration file is not there", file);
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    toml::table table = lab::parse_toml(text, file);
    if (const toml::table* own = table[detector.contract->name].as_table()) table = toml::table(*own);
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (!node.is_value())
        throw lab::UsageError(std::string("\"").append(name) + "\" in " + file + " is not one value");
      const double value = lab::setting_value(detector, name, text_of(node));
      lab::check_config(detector, name, value);
      config[name] = value;
    }
  }
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) throw lab::UsageError("--set takes KEY=VALUE, and got \"" + setting + "\"");
    const std::string key = setting.substr(0, equals);
    const double value = lab::setting_value(detector, key, setting.substr(equals + 1));
    lab::check_config(detector, key, value);
    config[key] = value;
  }
  return config;
}

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) names.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

}  // namespace vagus::cli
