#pragma once
/// Where bytes come from: a folder or an archive, addressed alike. A record's files are siblings within one volume.
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vagus::lab {

/// Bytes that stay valid while this (or a copy) lives; a file is mapped, a member of an archive is held.
class Bytes {
 public:
  Bytes() = default;
  Bytes(std::shared_ptr<const void> owner, std::span<const std::byte> view) : owner_(std::move(owner)), view_(view) {}
  static Bytes copy_of(std::string_view text);
  /// Takes the bytes over.
  static Bytes holding(std::vector<std::byte> bytes);
  std::span<const std::byte> view() const { return view_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(view_.data()), view_.size()}; }
  std::size_t size() const { return view_.size(); }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> view_;
};

/// A read-only tree of files. Paths inside use '/', never start with it and never contain "..": asked for such a path,
/// `contains` is false and `read` throws, so that a header that names "../../x" reaches nothing outside.
class Volume {
 public:
  virtual ~Volume() = default;
  virtual std::string shown() const = 0;  ///< for messages: "mitdb.tar.xz::" or "folder/"
  virtual bool contains(const std::string& path) const = 0;
  virtual Bytes read(const std::string& path) const = 0;  ///< Error if absent or unreadable
  virtual std::vector<std::string> list() const = 0;      ///< every file, sorted
};

/// A folder with all below it (links to folders are not followed; 1,000,000 files at most).
std::shared_ptr<Volume> open_folder(const std::string& path);
/// zip, tar, tar.xz, tar.gz, tar.bz2, tar.zst, 7z and single compressed files (x.csv.gz) by libarchive. The whole
/// archive is looked through at once. Refused, all of it: absolute paths, "..", links that leave it, special files,
/// more than 16 GiB in all or 1,000,000 members, and what expands to more than 64 MiB and 200 times its compressed size
/// (a bomb). Compressed tar and 7z are unpacked once, in order: up to 256 MiB of members are held, beyond that the last
/// read ones. That a large one was found harmless is kept under the cache folder for as long as the file is not
/// touched, so that later calls unpack no further than to the member they want. Thread-safe.
std::shared_ptr<Volume> open_archive(const std::string& path);
/// Whether the file starts like an archive that open_archive reads (a zip of arrays, .npz, does too).
bool looks_like_archive(std::span<const std::byte> first_bytes);

/// A file in a volume.
struct Location {
  std::shared_ptr<Volume> volume;
  std::string path;                                             ///< within the volume
  std::string shown() const { return volume->shown() + path; }  ///< as the user wrote it, for messages
};

/// FILE, or ARCHIVE::inner/path. A name without its ending finds the WFDB header ("100" -> "100.hea"); an archive
/// without
/// `::` must hold exactly one recording. The volume of a plain FILE is its folder, without those below it.
/// Throws Error (missing file, a folder, not found inside, not exactly one recording).
Location locate(const std::string& text);

/// The recordings among the files of a volume, by their names: WFDB headers (segments of multi-segment records left
/// out), CSV but for `*.ann.csv`, `dataset.csv` and events, arrays without a WFDB header of the same name. Sorted.
std::vector<std::string> recordings_in(const Volume& volume);

}  // namespace vagus::lab
