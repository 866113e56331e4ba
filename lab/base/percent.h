#pragma once
/// Shares in per cent, as every page, card and table prints them.
#include <string>

namespace vagus::lab {

/// A share in per cent with so many decimals and no sign, "99.850". What is below 1 is never rounded up to 100: that
/// would claim what was not found.
std::string percent_digits(double share, int decimals);

}  // namespace vagus::lab
