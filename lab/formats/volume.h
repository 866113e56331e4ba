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
  std::span<const std::byte> view() const { return view_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(view_.data()), view_.size()}; }
  std::size_t size() const { return view_.size(); }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> view_;
};

/// A read-only tree of files. Paths inside use '/', never start with it and never contain "..".
class Volume {
 public:
  virtual ~Volume() = default;
  virtual std::string shown() const = 0;                                   ///< for messages: "mitdb.tar.xz::" or "folder/"
  virtual bool contains(const std::string& path) const = 0;
  virtual Bytes read(const std::string& path) const = 0;                   ///< Error if absent or unreadable
  virtual std::vector<std::string> list() const = 0;                       ///< every file, sorted
};

std::shared_ptr<Volume> open_folder(const std::string& path);
/// zip, tar, tar.xz, tar.gz, tar.bz2, tar.zst, 7z by libarchive. Refuses absolute paths, "..", links out, more than
/// 16 GiB in all or 1,000,000 members, and members that expand beyond 4,000 times (a bomb).
std::shared_ptr<Volume> open_archive(const std::string& path);

/// A file in a volume.
struct Location {
  std::shared_ptr<Volume> volume;
  std::string path;                    ///< within the volume
  std::string shown() const;           ///< as the user wrote it, for messages
};

/// FILE, or ARCHIVE::inner/path. A name without its ending finds the WFDB header ("100" -> "100.hea"); an archive without
/// `::` must hold exactly one recording. Throws Error (missing file, a folder, not found inside).
Location locate(const std::string& text);

}  // namespace vagus::lab
