#pragma once
/// Big libraries (HDF5, libarchive, matio, SQLite ...) are wrapped in loadable modules, so that a program that does not
/// need one does not pay for loading it: start-up stays under 5 ms.
#include <string>

namespace vagus::lab {

/// Loads the module `name` (once a process, thread-safe) and returns the address of its `extern "C"` function `entry`.
/// Looked for in ../lib/vagus and ../../lib/vagus beside the program, in the program's own folder, and where the build
/// put it. Throws Error naming the module and the loader's reason if it is not there.
void* module_entry(const std::string& name, const char* entry);

}  // namespace vagus::lab
