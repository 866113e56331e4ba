#pragma once
/// Big libraries (HDF5, libarchive, matio, SQLite ...) are wrapped in loadable modules, so that a program that does not
/// need one does not pay for loading it: start-up stays under 5 ms.
#include <filesystem>
#include <string>

namespace vagus::lab {

/// Where the module `name` lies, "" if it is not there: ../lib/vagus and ../../lib/vagus beside the program, the
/// program's own folder, and where the build put it.
std::filesystem::path module_file(const std::string& name);

/// Where a program lies that is built beside the modules; "" if it is not there.
std::filesystem::path program_beside_modules(const std::string& name);

/// Loads the module `name` (once a process, thread-safe) and returns the address of its `extern "C"` function `entry`.
/// Looked for where `module_file` does. Throws Error naming the module and the loader's reason if it is not there.
void* module_entry(const std::string& name, const char* entry);

}  // namespace vagus::lab
