#include "lab/base/module.h"

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

std::filesystem::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code ec;
  // A main program may be known by a relative name; the kernel knows better.
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ec);
  const std::filesystem::path named = info.dli_fname;
  const bool shared_object = named.filename().string().find(".so") != std::string::npos;  // libvagus.so.0 too
  if (shared_object || ec) self = std::filesystem::weakly_canonical(named, ec);
  return self.parent_path();
}

std::vector<std::filesystem::path> files_named(const std::string& name) {
  const std::filesystem::path here = own_folder();
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder :
       {here / "../lib/vagus", here / "../../lib/vagus", here, std::filesystem::path(VAGUS_MODULE_DIR)}) {
    std::error_code ec;
    if (std::filesystem::is_regular_file(folder / name, ec)) files.push_back(folder / name);
  }
  return files;
}

std::vector<std::filesystem::path> module_files(const std::string& name) { return files_named(name + ".so"); }

}  // namespace

std::filesystem::path module_file(const std::string& name) {
  const auto files = module_files(name);
  return files.empty() ? std::filesystem::path() : files.front();
}

std::filesystem::path program_beside_modules(const std::string& name) {
  const auto files = files_named(name);
  return files.empty() ? std::filesystem::path() : files.front();
}

void* module_entry(const std::string& name, const char* entry) {
  static std::mutex mutex;
  static std::map<std::string, void*> loaded;
  const std::scoped_lock lock(mutex);
  void*& handle = loaded[name];
  if (handle == nullptr) {
    std::string reason;
    for (const std::filesystem::path& file : module_files(name)) {
      handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle != nullptr) break;
      reason = dlerror();
    }
    if (handle == nullptr) {
      throw Error("the module " + name + " could not be loaded" + (reason.empty() ? "" : ": " + reason), {},
                  "it is built beside the program, in lib/vagus");
    }
  }
  void* address = dlsym(handle, entry);
  if (address == nullptr) throw Error("the module " + name + " has no entry " + entry);
  return address;
}

}  // namespace vagus::lab
