#pragma once
/// TOML, by toml++. Include this and not toml++ itself: an assertion, by which version 3.3 ends the process on text as
/// short as "[,", is here an Error like any other.
#include <string>
#include <string_view>

namespace vagus::lab {

/// What toml++'s assertions end in.
[[noreturn]] void toml_assertion();

}  // namespace vagus::lab

#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : ::vagus::lab::toml_assertion())
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

namespace vagus::lab {

/// Parses a text. Throws Error on what is no TOML, its place "SHOWN line N".
toml::table parse_toml(std::string_view text, const std::string& shown);

}  // namespace vagus::lab
