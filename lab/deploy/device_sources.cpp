#include "lab/deploy/device_sources.h"

#include <algorithm>
#include <set>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

/// The name between the quotes of a line `#include "NAME"`, "" of any other line.
std::string_view included(std::string_view line) {
  const auto skip = [&](std::string_view what) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(what)) return false;
    line.remove_prefix(what.size());
    return true;
  };
  if (!skip("#") || !skip("include") || !skip("\"")) return {};
  return line.substr(0, line.find('"'));
}

/// Names count from the root; failing that, from the folder of the file that names them.
const SourceFile* resolve(std::string_view name, std::string_view from) {
  if (const SourceFile* found = find_source(name)) return found;
  return find_source(std::string(from.substr(0, from.rfind('/') + 1)) + std::string(name));
}

}  // namespace

const SourceFile* find_source(std::string_view path) {
  const auto all = device_sources();
  const auto at = std::lower_bound(all.begin(), all.end(), path,
                                   [](const SourceFile& file, std::string_view p) { return file.path < p; });
  return at != all.end() && at->path == path ? &*at : nullptr;
}

std::vector<SourceFile> files_of(std::string_view path) {
  const SourceFile* first = find_source(path);
  if (first == nullptr) throw Error("is not among the device sources", path);
  const auto by_path = [](const SourceFile* a, const SourceFile* b) { return a->path < b->path; };
  std::set<const SourceFile*, decltype(by_path)> found({first}, by_path);
  std::vector<const SourceFile*> open = {first};
  while (!open.empty()) {
    const SourceFile& file = *open.back();
    open.pop_back();
    for (std::size_t at = 0; at < file.text.size();) {
      const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
      const std::string_view name = included(file.text.substr(at, end - at));
      at = end + 1;
      if (name.empty()) continue;
      const SourceFile* next = resolve(name, file.path);
      if (next == nullptr) throw Error("includes \"" + std::string(name) + "\", which is not there", file.path);
      if (found.insert(next).second) open.push_back(next);
    }
  }
  std::vector<SourceFile> out;
  out.reserve(found.size());
  for (const SourceFile* file : found) out.push_back(*file);
  return out;
}

std::string_view header_of(std::string_view detector) {
  const std::string declares = ".name = \"" + std::string(detector) + "\"";
  for (const SourceFile& file : device_sources()) {
    if (file.path.ends_with(".h") && file.text.find(declares) != std::string_view::npos) return file.path;
  }
  throw UsageError("no source declares a detector called \"" + std::string(detector) + "\"");
}

}  // namespace vagus::lab
