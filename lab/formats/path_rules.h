#pragma once
/// Which paths stay inside a volume.
#include <string_view>

namespace vagus::lab {

/// Whether a path with '/' between its parts names something below its root: not empty, not absolute, no part "..".
bool inside(std::string_view path);

}  // namespace vagus::lab
