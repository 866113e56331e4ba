/// The module vagus-archive: libarchive behind ArchiveReader.
#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>

#include "lab/formats/archive_reader.h"

namespace vagus::lab {
namespace {

constexpr std::size_t block_bytes = 1 << 17;

class LibarchiveReader final : public ArchiveReader {
 public:
  explicit LibarchiveReader(const char* path) : archive_(archive_read_new(), &archive_read_free) {
    archive* a = archive_.get();
    if (a == nullptr) throw std::bad_alloc();
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_raw(a);  // bids lowest: taken only for what is none of the others
    if (archive_read_open_filename(a, path, block_bytes) != ARCHIVE_OK) fail();
  }

  bool next(ArchiveMember& member) override {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(archive_.get(), &entry);
    if (status == ARCHIVE_EOF) return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
    if (archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW && archive_filter_count(archive_.get()) < 2) {
      throw std::runtime_error("it is no archive that can be read");
    }
    member = {};
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr) path = archive_entry_pathname_utf8(entry);
    member.path = path == nullptr ? "" : path;
    if (archive_entry_size_is_set(entry) != 0) member.size = archive_entry_size(entry);
    const char* hard = archive_entry_hardlink(entry);
    const char* soft = archive_entry_symlink(entry);
    const auto type = archive_entry_filetype(entry);
    if (hard != nullptr || type == AE_IFLNK) {
      member.kind = ArchiveMember::Kind::link;
      member.hard_link = hard != nullptr;
      member.target = hard != nullptr ? hard : soft != nullptr ? soft : "";
    } else if (type == AE_IFDIR) {
      member.kind = ArchiveMember::Kind::folder;
    } else if (type != AE_IFREG && type != 0) {
      member.kind = ArchiveMember::Kind::special;
    }
    return true;
  }

  std::size_t read(std::span<std::byte> into) override {
    const la_ssize_t n = archive_read_data(archive_.get(), into.data(), into.size());
    if (n < 0) fail();
    return static_cast<std::size_t>(n);
  }

  std::int64_t compressed_bytes() const override { return archive_filter_bytes(archive_.get(), -1); }

  bool sequential() const override {
    const int format = archive_format(archive_.get()) & ARCHIVE_FORMAT_BASE_MASK;
    return archive_filter_count(archive_.get()) > 1 || format == ARCHIVE_FORMAT_7ZIP;
  }

 private:
  [[noreturn]] void fail() const {
    const char* reason = archive_error_string(archive_.get());
    throw std::runtime_error(reason == nullptr ? "it is damaged" : reason);
  }

  std::unique_ptr<archive, int (*)(archive*)> archive_;
};

}  // namespace
}  // namespace vagus::lab

extern "C" vagus::lab::ArchiveReader* vagus_open_archive(const char* path) {
  return std::make_unique<vagus::lab::LibarchiveReader>(path).release();
}
