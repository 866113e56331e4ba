#include "lab/base/places.h"

#include <cstdlib>

#include "lab/base/error.h"

namespace vagus::lab {

std::string environment(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nothing here writes the environment
  return value == nullptr ? "" : value;
}

std::filesystem::path data_home() {
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data;
  if (const std::string home = environment("HOME"); !home.empty())
    return std::filesystem::path(home) / ".local" / "share";
  throw Error("no place for the store", {}, "set VAGUS_STORE to a folder");
}

std::filesystem::path cache_folder() {
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty())
    return std::filesystem::path(cache) / "vagus";
  if (const std::string home = environment("HOME"); !home.empty())
    return std::filesystem::path(home) / ".cache" / "vagus";
  return {};
}

}  // namespace vagus::lab
