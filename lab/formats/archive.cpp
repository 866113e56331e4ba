/// Archives as volumes.
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <new>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/formats/archive_reader.h"
#include "lab/formats/archive_survey.h"
#include "lab/formats/path_rules.h"
#include "lab/formats/volume.h"

namespace vagus::lab {
namespace {

constexpr std::int64_t most_bytes = std::int64_t{16} << 30;
constexpr std::int64_t most_members = 1'000'000;
constexpr std::int64_t harmless_bytes = std::int64_t{64} << 20;
constexpr std::int64_t most_expansion = 200;  // recordings compress 2 to 50 times; deflated zeros 1,000, lzma's 7,000
constexpr std::int64_t held_bytes = std::int64_t{256} << 20;
constexpr std::size_t piece_bytes = 1 << 16;
constexpr std::int64_t soon_surveyed_bytes = std::int64_t{1} << 20;  // unpacked in a tenth of a second

class ArchiveVolume final : public Volume {
 public:
  explicit ArchiveVolume(const std::string& path) : path_(path) {
    std::error_code ec;
    packed_bytes_ = static_cast<std::int64_t>(std::filesystem::file_size(path, ec));
    const FileState state = packed_bytes_ > soon_surveyed_bytes ? state_of(path) : FileState{};
    if (auto kept = kept_survey(state)) {
      members_ = std::move(*kept);
    } else if (survey()) {
      keep_survey(state, members_);
    }
  }

  std::string shown() const override { return path_ + "::"; }

  bool contains(const std::string& path) const override { return members_.contains(path); }

  std::vector<std::string> list() const override {
    std::vector<std::string> paths;
    for (const auto& [path, member] : members_) paths.push_back(path);
    return paths;
  }

  Bytes read(const std::string& path) const override {
    const std::scoped_lock lock(mutex_);
    auto found = members_.find(path);
    if (found != members_.end() && !found->second.target.empty()) found = members_.find(found->second.target);
    if (found == members_.end() || !found->second.target.empty())
      throw Error("no such file in the archive", shown() + path);
    if (const auto held = held_.find(found->first); held != held_.end()) return held->second;
    return fetch(found->first, found->second.index);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& member) const {
    throw Error(what, shown() + member, "nothing of this archive was read");
  }

  void open() const {
    reader_.reset();  // first, so that two never hold their dictionaries at once
    at_ = 0;
    unpacked_ = 0;
    try {
      reader_.reset(reinterpret_cast<OpenArchive>(module_entry("vagus-archive", "vagus_open_archive"))(path_.c_str()));
    } catch (const Error&) {
      throw;
    } catch (const std::exception& e) {
      throw Error(std::string("the archive cannot be read: ") + e.what(), path_);
    }
  }

  /// The next member with a path made plain; false at the end.
  bool advance(ArchiveMember& member) const {
    try {
      if (!reader_->next(member)) return false;
    } catch (const std::exception& e) {
      throw Error("the archive cannot be read after member " + std::to_string(at_) + ": " + e.what(), path_);
    }
    if (++at_ > most_members) refuse("more than 1,000,000 members", "");
    while (member.path.starts_with("./")) member.path.erase(0, 2);
    while (member.path.ends_with('/')) member.path.pop_back();
    return true;
  }

  Bytes unpack(const ArchiveMember& member) const {
    std::vector<std::byte> content;
    const std::int64_t allowed = harmless_bytes + most_expansion * packed_bytes_;
    if (member.size > allowed) refuse("expands to " + std::to_string(member.size) + " bytes: a bomb", member.path);
    try {
      if (member.size > 0) content.reserve(static_cast<std::size_t>(member.size) + piece_bytes);
      for (;;) {
        const std::size_t before = content.size();
        content.resize(before + piece_bytes);
        const std::size_t n = reader_->read(std::span(content).subspan(before));
        content.resize(before + n);
        if (n == 0) break;
        unpacked_ += static_cast<std::int64_t>(n);
        // A zip is read by seeking, so that its size stands for what was taken.
        const std::int64_t taken = reader_->sequential() ? reader_->compressed_bytes() : packed_bytes_;
        if (unpacked_ > harmless_bytes + most_expansion * taken) {
          refuse("expands to over " + std::to_string(most_expansion) + " times its size: a bomb", member.path);
        }
        if (unpacked_ > most_bytes) refuse("expands to more than 16 GiB", member.path);
      }
    } catch (const Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      refuse("needs more memory than there is", member.path);
    } catch (const std::exception& e) {
      throw Error(std::string("the archive is damaged here: ") + e.what(), shown() + member.path);
    }
    return Bytes::holding(std::move(content));
  }

  void hold(const std::string& path, const Bytes& content) const {
    const auto size = static_cast<std::int64_t>(content.size());
    if (size > held_bytes || !held_.emplace(path, content).second) return;
    order_.push_back(path);
    held_total_ += size;
    while (held_total_ > held_bytes) {
      const auto oldest = held_.find(order_.front());
      held_total_ -= static_cast<std::int64_t>(oldest->second.size());
      held_.erase(oldest);
      order_.pop_front();
    }
  }

  /// What the member is called here.
  std::string name_of(const ArchiveMember& member) const {
    const bool raw = member.path == "data" && at_ == 1 && member.size < 0 && reader_->sequential();
    return raw ? std::filesystem::path(path_).stem().string() : member.path;
  }

  /// Looks through the whole archive; whether that meant to unpack it.
  bool survey() {
    open();
    const bool sequential = reader_->sequential();
    ArchiveMember member;
    std::int64_t declared = 0;
    bool holding = true;
    while (advance(member)) {
      using Kind = ArchiveMember::Kind;
      member.path = name_of(member);
      if (member.path.empty() || member.path == ".") {
        if (member.kind == Kind::folder) continue;
        refuse("a member without a name", "");
      }
      if (!inside(member.path)) refuse("a path that leaves the archive", member.path);
      if (member.kind == Kind::special) refuse("a special file", member.path);
      if (member.kind == Kind::folder) continue;
      ArchivePlace known{at_, {}};
      if (member.kind == Kind::link) {
        const std::filesystem::path base = member.hard_link ? "" : std::filesystem::path(member.path).parent_path();
        known.target = (base / member.target).lexically_normal().string();
        if (member.target.starts_with('/') || !inside(known.target))
          refuse("a link that leaves the archive", member.path);
      }
      declared += std::max<std::int64_t>(member.size, 0);
      if (declared > most_bytes) refuse("expands to more than 16 GiB", member.path);
      if (declared > harmless_bytes + most_expansion * packed_bytes_)
        refuse("expands to over 200 times its size: a bomb", member.path);
      if (members_.contains(member.path)) held_.erase(member.path);
      members_[member.path] = known;
      if (member.kind == Kind::file && reader_->sequential()) {
        const Bytes content = unpack(member);
        // The first 256 MiB are held, not the last: a reader asks in the archive's order.
        holding = holding && held_total_ + static_cast<std::int64_t>(content.size()) <= held_bytes;
        if (holding) hold(member.path, content);
      }
    }
    reader_.reset();
    if (members_.empty()) throw Error("the archive is empty", path_);
    return sequential;
  }

  Bytes fetch(const std::string& path, std::int64_t index) const {
    if (!reader_ || at_ >= index) open();
    ArchiveMember member;
    while (at_ < index) {
      if (!advance(member)) throw Error("the archive has changed while it was read", path_);
      if (at_ < index && reader_->sequential() && member.kind == ArchiveMember::Kind::file) {
        // What is passed on the way is unpacked anyway. Of two members of one name the last is meant.
        const Bytes passed = unpack(member);
        const auto known = members_.find(member.path);
        if (known != members_.end() && known->second.index == at_) hold(member.path, passed);
      }
    }
    if (name_of(member) != path) throw Error("the archive has changed while it was read", path_);
    Bytes content = unpack(member);
    if (reader_->sequential()) hold(path, content);
    return content;
  }

  std::string path_;
  std::int64_t packed_bytes_ = 0;
  ArchiveSurvey members_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<ArchiveReader> reader_;
  mutable std::int64_t at_ = 0;        // members passed by `reader_`
  mutable std::int64_t unpacked_ = 0;  // bytes unpacked by `reader_`
  mutable std::map<std::string, Bytes> held_;
  mutable std::deque<std::string> order_;
  mutable std::int64_t held_total_ = 0;
};

}  // namespace

std::shared_ptr<Volume> open_archive(const std::string& path) { return std::make_shared<ArchiveVolume>(path); }

bool looks_like_archive(std::span<const std::byte> first_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
  constexpr std::string_view seven_zip("7z\xBC\xAF\x27\x1C", 6);
  constexpr std::string_view xz(
      "\xFD"
      "7zXZ\0",
      6);
  constexpr std::string_view zstd("\x28\xB5\x2F\xFD", 4);
  constexpr std::string_view zip("PK\x03\x04", 4);
  constexpr std::string_view empty_zip("PK\x05\x06", 4);
  constexpr std::string_view gzip("\x1F\x8B\x08", 3);
  for (const std::string_view magic : {zip, empty_zip, seven_zip, xz, zstd, gzip}) {
    if (text.starts_with(magic)) return true;
  }
  if (text.starts_with("BZh") && text.size() > 9 && text.substr(4, 6) == "1AY&SY") return true;
  return text.size() >= 262 && text.substr(257, 5) == "ustar";
}

}  // namespace vagus::lab
