#pragma once
/// Small things about text that several parsers need.
#include <string_view>

namespace vagus::lab {

/// `text` without the white space (space, \t \r \n \v \f) at either end, in any locale.
std::string_view trimmed(std::string_view text);

/// a < b as people count: "s2" before "s10".
bool natural_less(std::string_view a, std::string_view b);
/// `*` stands for any run of characters; an empty pattern matches everything.
bool matches(std::string_view text, std::string_view pattern);

}  // namespace vagus::lab
