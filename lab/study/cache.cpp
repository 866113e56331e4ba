#include "lab/study/cache.h"

#include <fstream>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/places.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

constexpr std::size_t digest_length = 64;

}  // namespace

Cache Cache::open() { return Cache(cache_folder()); }

std::filesystem::path Cache::file(const std::string& source, const std::string& key) const {
  return folder_ / "steps" / source / key;
}

bool Cache::has(const std::string& source, const std::string& key) const {
  std::error_code code;
  return !folder_.empty() && !source.empty() && std::filesystem::exists(file(source, key), code);
}

std::optional<std::string> Cache::get(const std::string& source, const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream stream(file(source, key), std::ios::binary | std::ios::ate);
  if (!stream) return std::nullopt;
  const auto size = static_cast<std::streamoff>(stream.tellg());
  if (size < static_cast<std::streamoff>(digest_length)) return std::nullopt;
  std::string digest(digest_length, '\0');
  std::string content(static_cast<std::size_t>(size) - digest_length, '\0');
  stream.seekg(0);
  stream.read(digest.data(), static_cast<std::streamsize>(digest.size()));
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!stream || blake2b_256(content) != digest) return std::nullopt;
  return content;
}

void Cache::put(const std::string& source, const std::string& key, std::string_view content) const {
  if (folder_.empty()) return;
  const auto path = file(source, key);
  std::error_code code;
  std::filesystem::create_directories(path.parent_path(), code);
  if (code) return;
  try {
    AtomicFile out(path);
    out.write(blake2b_256(content));
    out.write(content);
    out.commit();
  } catch (const Error&) {
    return;
  }
}

void Cache::forget(const std::string& source) const {
  if (folder_.empty() || source.empty()) return;
  std::error_code code;
  std::filesystem::remove_all(folder_ / "steps" / source, code);
}

}  // namespace vagus::lab
