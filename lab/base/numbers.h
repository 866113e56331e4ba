#pragma once
/// Numbers in text and JSON: the shortest decimal that gives the same float (or double) back; unknown is null.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vagus::lab {

using Json = nlohmann::ordered_json;

/// Shortest decimal that reads back as the same float.
std::string shortest(float value);
/// Shortest decimal that reads back as the same double.
std::string shortest(double value);

/// Appends the shortest decimal that reads back as the same number.
void append_shortest(std::string& out, float value);
void append_shortest(std::string& out, double value);

/// A JSON number, or null where the value is not finite. A float is printed as the shortest decimal of a float.
Json number(float value);
Json number(double value);

/// Parses a whole text as a finite or non-finite double in any locale; false if anything is left over.
bool parse_double(std::string_view text, double& value);
bool parse_int(std::string_view text, std::int64_t& value);

}  // namespace vagus::lab
