#pragma once
/// Folders that the environment names.
#include <filesystem>
#include <string>

namespace vagus::lab {

/// "" where the variable is not set.
std::string environment(const char* variable);
/// $XDG_DATA_HOME, else ~/.local/share. Throws Error where neither variable is set.
std::filesystem::path data_home();
/// $XDG_CACHE_HOME/vagus, else ~/.cache/vagus; "" where neither variable is set.
std::filesystem::path cache_folder();

}  // namespace vagus::lab
