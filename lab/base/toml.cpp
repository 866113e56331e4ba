#define TOML_IMPLEMENTATION
#include "lab/base/toml.h"

#include <algorithm>

#include "lab/base/error.h"

namespace vagus::lab {

void toml_assertion() { throw Error("not TOML: a key, a value or an equals sign is not where it must be"); }

toml::table parse_toml(std::string_view text, const std::string& shown) {
  try {
    return toml::parse(text, std::string_view(shown));
  } catch (const toml::parse_error& error) {
    std::string why(error.description());
    std::replace(why.begin(), why.end(), '\n', ' ');
    throw Error("not TOML: " + why, shown + " line " + std::to_string(error.source().begin.line));
  } catch (const Error& error) {
    throw error.within(shown);
  }
}

}  // namespace vagus::lab
