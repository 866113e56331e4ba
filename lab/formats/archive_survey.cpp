#include "lab/formats/archive_survey.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/places.h"
#include "lab/formats/path_rules.h"

namespace vagus::lab {
namespace {

constexpr const char* kind = "vagus survey 1";

std::int64_t ns(const timespec& time) { return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec; }

Json json_of(const FileState& state) {
  return {state.path, state.size, state.inode, state.device, state.modified_ns, state.changed_ns};
}

/// One file an archive's path, whatever its state: a later survey takes the place of the one before.
std::filesystem::path place_of(const FileState& state) {
  const std::filesystem::path folder = cache_folder();
  if (folder.empty() || state.path.empty()) return {};
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: a name; what the file is about stands in it
  for (const char c : state.path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return folder / "archives" / (std::to_string(hash) + ".json");
}

}  // namespace

FileState state_of(const std::string& path) {
  FileState state;
  std::error_code code;
  const std::filesystem::path canonical = std::filesystem::canonical(path, code);
  struct stat status {};
  if (code || stat(canonical.c_str(), &status) != 0) return state;
  state.path = canonical.string();
  state.size = static_cast<std::uint64_t>(status.st_size);
  state.inode = status.st_ino;
  state.device = status.st_dev;
  state.modified_ns = ns(status.st_mtim);
  state.changed_ns = ns(status.st_ctim);
  return state;
}

std::optional<ArchiveSurvey> kept_survey(const FileState& state) {
  const std::filesystem::path place = place_of(state);
  if (place.empty()) return std::nullopt;
  std::ifstream stream(place, std::ios::binary);
  if (!stream) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  ArchiveSurvey survey;
  try {
    const Json json = Json::parse(text);
    if (json.at("vagus") != kind || json.at("file") != json_of(state)) return std::nullopt;
    for (const Json& member : json.at("members")) {
      const auto path = member.at(0).get<std::string>();
      ArchivePlace of{member.at(1).get<std::int64_t>(), member.at(2).get<std::string>()};
      if (!inside(path) || (!of.target.empty() && !inside(of.target)) || of.index < 1) return std::nullopt;
      survey[path] = std::move(of);
    }
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  if (survey.empty()) return std::nullopt;
  return survey;
}

void keep_survey(const FileState& state, const ArchiveSurvey& survey) {
  const std::filesystem::path place = place_of(state);
  if (place.empty()) return;
  try {
    Json members = Json::array();
    for (const auto& [path, of] : survey) members.push_back({path, of.index, of.target});
    // Strict: a path that is no UTF-8 would come back as another one.
    const std::string text = Json{{"vagus", kind}, {"file", json_of(state)}, {"members", std::move(members)}}.dump();
    std::filesystem::create_directories(place.parent_path());
    write_whole(place, text);
  } catch (const Error&) {
    return;
  } catch (const Json::exception&) {
    return;
  } catch (const std::filesystem::filesystem_error&) {
    return;
  }
}

}  // namespace vagus::lab
