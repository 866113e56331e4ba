#pragma once
/// The device half's sources as the program carries them: what `vagus export` hands out and `vagus cost` compiles.
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// One file. `path` is relative to the project's root, as includes name it: "device/health/beats.h".
struct SourceFile {
  std::string_view path, text;
};

/// Every header, source and linker script of device/ and apps/firmware/, tests apart, with the cost harness and the
/// figures that `vagus cost` computes with (energy.toml, budgets.toml), sorted by path.
std::span<const SourceFile> device_sources();

/// The file of that path, null if there is none.
const SourceFile* find_source(std::string_view path);

/// What a file needs to compile: itself and, transitively, every project file that it includes by a quoted name, each
/// once, sorted by path. Includes that conditions leave out are taken as well; system headers are not. Throws Error
/// where the file or one of its includes is not among the sources.
std::vector<SourceFile> files_of(std::string_view path);

/// The header that declares the detector of that name. Throws UsageError where no source has a contract of that name.
std::string_view header_of(std::string_view detector);

}  // namespace vagus::lab
