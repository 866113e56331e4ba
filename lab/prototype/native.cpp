#include "lab/prototype/native.h"

#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// FNV-1a, 64 bits: names the file's bytes. Whoever changes the file to get an old answer only deceives himself.
std::string content_name(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return std::to_string(hash) + "." + std::to_string(bytes.size());
}

}  // namespace

std::vector<std::string> load_native_plugin(const std::string& file) {
  static std::map<std::string, std::vector<std::string>> loaded;
  std::error_code code;
  const std::string path = std::filesystem::weakly_canonical(file, code).string();
  if (!std::filesystem::is_regular_file(path, code)) throw Error("no such file", file);
  if (const auto before = loaded.find(path); before != loaded.end()) return before->second;
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw Error(std::string("it cannot be loaded: ") + dlerror(), file,
                "build it with the compiler and the sources of this program");
  using Entry = const NativePlugin* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(handle, "vagus_plugin"));
  if (entry == nullptr)
    throw Error("it is no plugin: it has no VAGUS_PLUGIN(...)", file, "vagus new detector shows one");
  const NativePlugin& plugin = *entry();
  const PluginStamp own;
  const PluginStamp& its = plugin.stamp;
  if (std::string_view(own.compiler) != its.compiler || own.info != its.info || own.contract != its.contract ||
      own.said != its.said || own.wanted != its.wanted)
    throw Error("it was built for another version of this program", file, "build it again");
  const std::string content = content_name(path);
  std::vector<std::string> names;
  for (DetectorInfo info : plugin.detectors) {
    info.code = content;
    add_detector(info);
    names.emplace_back(info.contract->name);
  }
  return loaded[path] = names;
}

}  // namespace vagus::lab
