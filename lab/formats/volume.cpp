#include "lab/formats/volume.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "lab/base/error.h"
#include "lab/formats/path_rules.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mapped_from = 1 << 20;                  // smaller files are faster read than mapped
constexpr std::size_t faulted_up_to = std::size_t{32} << 20;  // one system call for all pages, not a fault each
constexpr std::size_t most_piped = std::size_t{256} << 20;
constexpr std::size_t most_files = 1'000'000;

class File {
 public:
  explicit File(const std::string& path) : path_(path), fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
    if (fd_ < 0) fail();
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// As many of the first bytes as there are.
  std::vector<std::byte> start(std::size_t bytes) const {
    std::vector<std::byte> content(bytes);
    const ssize_t n = ::read(fd_, content.data(), bytes);
    content.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return content;
  }

  Bytes read() const {
    struct stat status {};
    if (fstat(fd_, &status) != 0) fail();
    if (S_ISDIR(status.st_mode)) throw Error("this is a folder, not a file", path_);
    if (!S_ISREG(status.st_mode)) return read_up_to(most_piped, true);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size < mapped_from) return read_up_to(mapped_from, false);
    void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | (size <= faulted_up_to ? MAP_POPULATE : 0), fd_, 0);
    if (mapped == MAP_FAILED) fail();
    madvise(mapped, size, MADV_SEQUENTIAL);
    const std::shared_ptr<const void> owner(mapped, [size](void* address) { munmap(address, size); });
    return {owner, std::span(static_cast<const std::byte*>(mapped), size)};
  }

 private:
  [[noreturn]] void fail() const { throw Error(std::string("cannot be read: ") + std::strerror(errno), path_); }

  Bytes read_up_to(std::size_t most, bool refuse_more) const {
    std::vector<std::byte> content;
    for (;;) {
      const std::size_t before = content.size();
      content.resize(before + (std::size_t{1} << 16));
      const ssize_t n = ::read(fd_, content.data() + before, content.size() - before);
      if (n < 0 && errno != EINTR) fail();
      content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (n == 0 || (!refuse_more && content.size() >= most)) break;
      if (content.size() > most) throw Error("more than 256 MiB from something that is no file", path_);
    }
    return Bytes::holding(std::move(content));
  }

  std::string path_;
  int fd_;
};

class FolderVolume final : public Volume {
 public:
  FolderVolume(std::string path, bool deep) : path_(std::move(path)), deep_(deep) {
    if (!path_.empty() && path_.back() != '/') path_ += '/';
  }

  std::string shown() const override { return path_; }

  bool contains(const std::string& path) const override {
    std::error_code ec;
    return inside(path) && fs::exists(path_ + path, ec) && !fs::is_directory(path_ + path, ec);
  }

  Bytes read(const std::string& path) const override {
    if (!inside(path)) throw Error("a path that leaves its folder", path_ + path);
    return File(path_ + path).read();
  }

  std::vector<std::string> list() const override {
    const fs::path top = path_.empty() ? fs::path(".") : fs::path(path_);
    std::vector<std::string> files;
    std::error_code ec;
    const auto add = [&](const fs::directory_entry& entry) {
      std::error_code unknown;
      if (!entry.is_regular_file(unknown)) return;
      if (files.size() >= most_files) throw Error("more than 1,000,000 files", path_);
      files.push_back(entry.path().lexically_relative(top).generic_string());
    };
    if (deep_) {
      for (auto it = fs::recursive_directory_iterator(top, fs::directory_options::skip_permission_denied, ec);
           !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
        add(*it);
      }
    } else {
      for (auto it = fs::directory_iterator(top, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) add(*it);
    }
    if (ec) throw Error("the folder cannot be read: " + ec.message(), path_);
    std::sort(files.begin(), files.end());
    return files;
  }

 private:
  std::string path_;
  bool deep_;
};

std::string ending(const std::string& path) {
  std::string text = fs::path(path).extension().string();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Names of the segments of a multi-segment WFDB header, in the header's folder; none of any other header.
std::vector<std::string> segments_of(const std::string& header, std::string_view text) {
  std::vector<std::string> segments;
  bool first = true;
  const std::string folder = fs::path(header).parent_path().string();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#' || line.front() == '\r') continue;
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    if (first && word.find('/') == std::string_view::npos) return {};
    if (!first) segments.push_back((fs::path(folder) / (std::string(word) + ".hea")).generic_string());
    first = false;
  }
  return segments;
}

std::string nearest_in(const Volume& volume, const std::string& path) {
  const std::vector<std::string> files = volume.list();
  if (files.size() > 10'000) return "";  // comparing names with more would take longer than reading them helps
  const std::string close = nearest(path, files);
  return close.empty() ? "" : "is " + close + " meant?";
}

Location within_archive(const std::string& archive, std::string inner) {
  const std::shared_ptr<Volume> volume = open_archive(archive);
  while (inner.starts_with("./")) inner.erase(0, 2);
  if (!inside(inner)) throw Error("a path that leaves the archive", archive + "::" + inner);
  if (volume->contains(inner)) return {volume, inner};
  if (volume->contains(inner + ".hea")) return {volume, inner + ".hea"};
  throw Error("no such file in the archive", archive + "::" + inner, nearest_in(*volume, inner));
}

Location only_recording(const std::string& archive) {
  const std::shared_ptr<Volume> volume = open_archive(archive);
  std::vector<std::string> recordings = recordings_in(*volume);
  const std::vector<std::string> files = volume->list();
  if (recordings.empty() && files.size() == 1) recordings = files;
  if (recordings.size() == 1) return {volume, recordings.front()};
  if (recordings.empty()) throw Error("the archive holds no recording that can be read", archive);
  throw Error("the archive holds " + std::to_string(recordings.size()) + " recordings", archive,
              "name one: " + archive + "::" + recordings.front());
}

/// Whether a zip is one file of arrays.
bool is_npz(const std::string& path, std::span<const std::byte> content) {
  if (ending(path) == ".npz") return true;
  // The first member's name stands at byte 30 of a zip.
  if (content.size() < 30 || static_cast<char>(content[0]) != 'P') return false;
  const auto length = static_cast<std::size_t>(content[26]) + 256 * static_cast<std::size_t>(content[27]);
  if (content.size() < 30 + length) return false;
  return std::string_view(reinterpret_cast<const char*>(content.data()) + 30, length).ends_with(".npy");
}

}  // namespace

Bytes Bytes::holding(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> view(*owner);
  return {std::move(owner), view};
}

Bytes Bytes::copy_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return holding({first, first + text.size()});
}

bool inside(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    // A backslash parts names for whoever made a zip under Windows.
    const std::size_t end = std::min(path.find_first_of("/\\", at), path.size());
    if (path.substr(at, end - at) == "..") return false;
    at = end + 1;
  }
  return !(path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/'));
}

std::shared_ptr<Volume> open_folder(const std::string& path) {
  std::error_code ec;
  if (!fs::exists(path, ec)) throw Error("no such folder", path);
  if (!fs::is_directory(path, ec)) throw Error("this is a file, not a folder", path);
  return std::make_shared<FolderVolume>(path, true);
}

std::vector<std::string> recordings_in(const Volume& volume) {
  const std::vector<std::string> files = volume.list();
  std::set<std::string> chosen;
  std::set<std::string> left_out;
  for (const std::string& file : files) {
    const std::string name = fs::path(file).filename().string();
    if (file.find("__MACOSX/") != std::string::npos || name.starts_with('.')) continue;
    const std::string end = ending(file);
    const std::string stem = file.substr(0, file.size() - end.size());
    if (end == ".hea") {
      chosen.insert(file);
      for (std::string& segment : segments_of(file, volume.read(file).text())) left_out.insert(std::move(segment));
    } else if (end == ".csv") {
      if (!name.ends_with(".ann.csv") && !name.ends_with(".events.csv") && name != "dataset.csv") chosen.insert(file);
    } else if (end == ".npz" || end == ".npy" || end == ".mat") {
      if (!std::binary_search(files.begin(), files.end(), stem + ".hea")) chosen.insert(file);
    }
  }
  std::vector<std::string> recordings;
  std::set_difference(chosen.begin(), chosen.end(), left_out.begin(), left_out.end(), std::back_inserter(recordings));
  return recordings;
}

Location locate(const std::string& text) {
  if (text.empty()) throw Error("no file is named");
  std::error_code ec;
  if (!fs::exists(text, ec)) {
    if (const std::size_t at = text.find("::"); at != std::string::npos && at > 0) {
      const std::string archive = text.substr(0, at);
      if (!fs::exists(archive, ec)) throw Error("no such file", archive);
      if (fs::is_directory(archive, ec)) throw Error("this is a folder, not an archive", archive);
      return within_archive(archive, text.substr(at + 2));
    }
  }
  const fs::path path = text;
  const auto folder = std::make_shared<FolderVolume>(path.parent_path().string(), false);
  const std::string name = path.filename().string();
  if (!fs::exists(text, ec) || fs::is_directory(text, ec)) {
    if (!name.empty() && fs::is_regular_file(text + ".hea", ec)) return {folder, name + ".hea"};
    if (fs::is_directory(text, ec)) {
      throw Error("this is a folder, not a recording", text,
                  "name a file in it, or add it whole: vagus data add " + text);
    }
    const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(parent, ec)) throw Error("no such file", text);
    throw Error("no such file", text, nearest_in(*folder, name));
  }
  if (fs::is_regular_file(text, ec)) {
    const std::vector<std::byte> start = File(text).start(512);
    if (looks_like_archive(start) && !is_npz(text, start)) return only_recording(text);
  }
  return {folder, name};
}

}  // namespace vagus::lab
