#pragma once
/// A path for libraries that take nothing else.
#include <string>

#include "lab/formats/volume.h"

namespace vagus::lab {

/// The file's own path, or that of a copy in memory where it is a member of an archive; valid while this lives.
class FileOnDisk {
 public:
  explicit FileOnDisk(const Location& where);
  ~FileOnDisk();
  FileOnDisk(const FileOnDisk&) = delete;
  FileOnDisk& operator=(const FileOnDisk&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int copy_ = -1;
};

}  // namespace vagus::lab
