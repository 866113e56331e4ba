#include "lab/store/catalogue.h"

#include <sys/stat.h>

#include <optional>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/store/modules/sqlite_module.h"

namespace vagus::lab {
namespace {

const Sqlite& sqlite() {
  static const Sqlite* module = reinterpret_cast<const Sqlite* (*)()>(module_entry("vagus-sqlite", "vagus_sqlite"))();
  return *module;
}

/// Changes whenever the file does.
std::string stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return path.string() + " " + std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
         std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
}

/// The items of the lines that match, or nothing if a line does not prove itself.
std::optional<std::vector<Item>> proven(const std::vector<std::pair<std::string, std::string>>& lines,
                                        const std::string& pattern) {
  std::vector<Item> items;
  for (const auto& [recording, line] : lines) {
    if (!matches(recording, pattern)) continue;
    try {
      items.push_back(item_from_line(line));
    } catch (const Error&) {
      return std::nullopt;
    }
    if (items.back().recording != recording) return std::nullopt;
  }
  return items;
}

}  // namespace

Catalogue::Catalogue(std::filesystem::path path) : path_(std::move(path)) {}
Catalogue::~Catalogue() = default;

CatalogueFile* Catalogue::file() {
  if (!tried_ && !path_.empty()) {
    tried_ = true;
    try {
      file_ = sqlite().open(path_.string());
      if (file_ == nullptr) {
        std::error_code code;
        std::filesystem::remove(path_, code);
        file_ = sqlite().open(path_.string());
      }
    } catch (const Error&) {
      file_ = nullptr;  // no module: the manifests are read instead
    }
  }
  return file_.get();
}

std::vector<Item> Catalogue::items(const std::string& set, const std::filesystem::path& manifest,
                                   const std::string& pattern) {
  const std::scoped_lock lock(mutex_);
  const std::string stamp = stamp_of(manifest);
  const bool one = !pattern.empty() && pattern.find('*') == std::string::npos;
  if (CatalogueFile* known = file(); known != nullptr && known->stamp(set) == stamp) {
    std::vector<std::pair<std::string, std::string>> lines;
    if (known->lines(set, one ? pattern : "", lines))
      if (auto items = proven(lines, pattern); items && !(one && items->empty())) return std::move(*items);
  }
  Manifest all;
  try {
    all = manifest_from_text(read_text(manifest));
  } catch (const Error& error) {
    throw error.within(manifest.string() + " ");
  }
  if (CatalogueFile* known = file(); known != nullptr) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const Item& item : all.items) lines.emplace_back(item.recording, to_line(item));
    if (!known->enter(set, stamp, lines)) {
      discard();  // damaged, or another process is at it: a fresh one next time
    }
  }
  std::vector<Item> items;
  for (Item& item : all.items)
    if (matches(item.recording, pattern)) items.push_back(std::move(item));
  return items;
}

void Catalogue::discard() {
  file_.reset();
  std::error_code code;
  std::filesystem::remove(path_, code);
  tried_ = false;
}

bool Catalogue::agrees(const std::vector<Manifest>& manifests,
                       const std::function<std::filesystem::path(const std::string&)>& newest) {
  const std::scoped_lock lock(mutex_);
  std::error_code code;
  if (path_.empty() || !std::filesystem::exists(path_, code)) return true;
  CatalogueFile* known = file();
  if (known == nullptr) return false;
  for (const Manifest& manifest : manifests) {
    const std::filesystem::path path = newest(manifest.set);
    if (path.filename() != manifest_name(manifest.sequence) || known->stamp(manifest.set) != stamp_of(path)) continue;
    std::vector<std::pair<std::string, std::string>> lines;
    bool same = known->lines(manifest.set, "", lines) && lines.size() == manifest.items.size();
    for (std::size_t i = 0; same && i < lines.size(); ++i)
      same = lines[i].first == manifest.items[i].recording && lines[i].second == to_line(manifest.items[i]);
    if (same) continue;
    discard();
    return false;
  }
  return true;
}

}  // namespace vagus::lab
