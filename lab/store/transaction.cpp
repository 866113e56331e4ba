#include "lab/store/transaction.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <set>
#include <utility>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/file_lock.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

void make_folders(const fs::path& path) {
  std::error_code code;
  fs::create_directories(path, code);
  if (code) throw Error("the store cannot be written: " + code.message(), path.string());
}

}  // namespace

void sync_folder(const fs::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

Transaction::Transaction(const fs::path& store, const std::function<std::vector<std::string>()>& referenced)
    : store_(store) {
  for (const char* name : {"signals", "layers", "sets", "staging"}) make_folders(store_ / name);
  static std::atomic<unsigned> serial{0};
  // Under the store's lock, so that nobody takes a folder for stale between its creation and its locking.
  const FileLock lock(store_ / ".lock", "the store");
  clear_stale(referenced);
  folder_ = store_ / "staging" / (std::to_string(getpid()) + "." + std::to_string(serial++));
  make_folders(folder_);
  try {
    FileLock own(folder_ / ".lock", "the store");
    lock_ = own.release();
  } catch (...) {
    std::error_code code;
    fs::remove_all(folder_, code);
    throw;
  }
}

Transaction::~Transaction() {
  std::error_code code;
  fs::remove_all(folder_, code);
  if (lock_ >= 0) close(lock_);
}

void Transaction::clear_stale(const std::function<std::vector<std::string>()>& referenced) const {
  bool found = false;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(store_ / "staging", code)) {
    // Its lock can be had only if its writer is dead: a writer locks it before it lets go of the store's lock.
    if (fs::exists(entry.path() / ".lock", code)) {
      const FileLock theirs(entry.path() / ".lock", "the store", FileLock::Wait::no);
      if (!theirs.held()) continue;
      fs::remove_all(entry.path(), code);
    } else {
      fs::remove_all(entry.path(), code);
    }
    found = true;
  }
  if (!found) return;
  // A writer that died between its renames and its manifest left files that no manifest names.
  std::vector<std::string> names;
  try {
    names = referenced();
  } catch (const Error&) {
    return;  // a damaged manifest: what it names cannot be told from what nobody names
  }
  const std::set<std::string> known(names.begin(), names.end());
  for (const char* kind : {"signals", "layers", "sets"}) {
    for (const auto& entry : fs::recursive_directory_iterator(store_ / kind, code)) {
      if (!entry.is_regular_file(code)) continue;
      const std::string relative = entry.path().lexically_relative(store_).string();
      const bool manifest = std::string_view(kind) == "sets";
      if (manifest ? relative.ends_with(".part") : !known.contains(relative)) fs::remove(entry.path(), code);
    }
  }
}

void Transaction::stage(const std::string& relative, std::span<const std::byte> content) {
  std::string flat = relative;
  std::replace(flat.begin(), flat.end(), '/', '!');
  write_whole(folder_ / flat, content);
  const std::scoped_lock guard(mutex_);
  staged_.insert(relative);
}

void Transaction::stage(const std::string& relative, std::string_view content) {
  stage(relative, std::as_bytes(std::span(content)));
}

void Transaction::commit(const std::function<void()>& make_visible) {
  const FileLock lock(store_ / ".lock", "the store");
  std::set<fs::path> folders;
  std::vector<fs::path> fresh;
  try {
    for (const std::string& relative : staged_) {
      std::string flat = relative;
      std::replace(flat.begin(), flat.end(), '/', '!');
      const fs::path target = store_ / relative;
      make_folders(target.parent_path());
      std::error_code code;
      const bool there = fs::exists(target, code);
      fs::rename(folder_ / flat, target, code);
      if (code) throw Error("the store cannot be written: " + code.message(), target.string());
      if (!there) fresh.push_back(target);
      folders.insert(target.parent_path());
      folders.insert(target.parent_path().parent_path());
    }
    for (const fs::path& folder : folders) sync_folder(folder);
    make_visible();
    sync_folder(store_ / "sets");
  } catch (...) {
    std::error_code code;
    for (const fs::path& path : fresh) fs::remove(path, code);
    throw;
  }
}

}  // namespace vagus::lab
