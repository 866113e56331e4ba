#pragma once
/// What looking through a whole archive found, kept from one call to the next.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace vagus::lab {

/// A member of an archive that was found harmless.
struct ArchivePlace {
  std::int64_t index = 0;  ///< counted from 1 in the order of the archive
  std::string target;      ///< of a link: the path within the archive that it leads to
};
using ArchiveSurvey = std::map<std::string, ArchivePlace>;

/// What tells one state of a file from another: size, times of change to the nanosecond, inode and device. Writing to a
/// file, replacing it or setting its time back changes it.
struct FileState {
  std::string path;  ///< canonical; "" if there is no such file
  std::uint64_t size = 0, inode = 0, device = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
};
FileState state_of(const std::string& path);

/// The survey kept of a file in this very state, under `cache_folder()`; nothing if there is none, it is damaged, or it
/// holds a path that leaves the archive.
std::optional<ArchiveSurvey> kept_survey(const FileState& state);
/// Keeps it; where that is not possible, nothing is kept and nothing is said.
void keep_survey(const FileState& state, const ArchiveSurvey& survey);

}  // namespace vagus::lab
