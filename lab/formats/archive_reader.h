#pragma once
/// What the module vagus-archive offers: one archive, read member by member, in order.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace vagus::lab {

struct ArchiveMember {
  enum class Kind { file, folder, link, special } kind = Kind::file;
  std::string path;
  std::string target;  ///< of a link: symbolic ones relative to the link's folder, hard ones to the archive's top
  bool hard_link = false;
  std::int64_t size = -1;  ///< as declared; -1 unknown
};

class ArchiveReader {
 public:
  virtual ~ArchiveReader() = default;
  /// The next member; false at the end. Throws std::runtime_error on a damaged archive, as does `read`.
  virtual bool next(ArchiveMember& member) = 0;
  /// The next bytes of the member; 0 at its end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
  /// Compressed bytes taken so far.
  virtual std::int64_t compressed_bytes() const = 0;
  /// Whether reaching a member costs unpacking those before it.
  virtual bool sequential() const = 0;
};

/// Entry of the module: `vagus_open_archive(path)`. Throws std::runtime_error where it is no archive.
using OpenArchive = ArchiveReader* (*)(const char* path);

}  // namespace vagus::lab
