#pragma once
/// Other programs, run to their end: compilers and emulators.
#include <filesystem>
#include <string>
#include <vector>

namespace vagus::lab {

/// What a program left behind. `status` is its exit status, 128 + the signal that killed it, or 127 where it could not
/// be started.
struct Ran {
  int status = 0;
  std::string out, err;
};

/// Runs `command` (the program first, looked for on PATH) in `folder`, with nothing on standard input, and gives back
/// what it printed. After `limit_s` seconds it is killed (status 137).
Ran run_program(const std::vector<std::string>& command, const std::filesystem::path& folder, double limit_s);

/// Whether PATH has a program of that name.
bool has_program(const std::string& name);

}  // namespace vagus::lab
