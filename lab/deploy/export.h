#pragma once
/// One detector as a folder of sources that builds on its own in somebody else's firmware.
#include <filesystem>
#include <string>
#include <vector>

#include "lab/detect/detector.h"

namespace vagus::lab {

/// A file to write; `path` is relative to the folder.
struct ExportFile {
  std::string path, text;
};

/// "health.beats" -> "vagus_health_beats": what everything in C is called by.
std::string c_name(const DetectorInfo& detector);

/// The header, in C99, with the contract in its comments, and the C++ file that stands behind it.
std::string c_header(const DetectorInfo& detector);
std::string c_implementation(const DetectorInfo& detector);
/// The program that reads samples as text and prints events, in C99 on the header alone.
std::string c_example(const DetectorInfo& detector);
std::string export_makefile(const DetectorInfo& detector);
std::string export_cmake(const DetectorInfo& detector);
std::string export_readme(const DetectorInfo& detector);

/// All of it: the device sources that the detector needs, the C interface, build files, example and README.
std::vector<ExportFile> export_files(const DetectorInfo& detector);

/// Writes them as `folder`, which appears whole or not at all. Throws Error where it stands and is not an empty folder,
/// or cannot be written.
void write_export(const std::vector<ExportFile>& files, const std::filesystem::path& folder);

}  // namespace vagus::lab
