/// Where recordings come from: a known set, an archive, a single file, or somebody's own folder.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/base/places.h"
#include "lab/formats/csv/csv.h"
#include "lab/formats/read.h"
#include "lab/signal/identifiers.h"
#include "lab/store/dataset.h"
#include "lab/store/hash.h"
#include "lab/store/modules/curl_module.h"
#include "lab/store/table.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::array archive_endings = {".tar.xz", ".tar.gz", ".tgz", ".tar.bz2", ".tar.zst", ".tar", ".zip", ".7z"};

/// The name without an archive's ending; nothing if it has none.
std::optional<std::string> archive_stem(const std::string& name) {
  for (const std::string_view ending : archive_endings)
    if (name.size() > ending.size() && name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return std::nullopt;
}

/// "top/" if every file stands below one folder; dataset files speak of what is below it.
std::string common_root(const Volume& volume) {
  std::string root;
  for (const std::string& file : volume.list()) {
    const std::size_t slash = file.find('/');
    if (slash == std::string::npos) return {};
    const std::string top = file.substr(0, slash + 1);
    if (root.empty()) root = top;
    if (root != top) return {};
  }
  return root;
}

std::string sha256_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  Hasher hasher(Hasher::Kind::sha256);
  std::vector<char> buffer(std::size_t{1} << 20U);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), stream.gcount() > 0)
    hasher.bytes(std::string_view(buffer.data(), static_cast<std::size_t>(stream.gcount())));
  return hasher.hex();
}

Dataset dataset_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw Error("the dataset file cannot be read", path);
  return {text.str(), path};
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    if (at != 0 && !text.empty()) parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// One row of dataset.csv.
struct Row {
  std::string recording, subject, session, place;
  std::vector<std::string> files;
  std::map<std::string, std::string> attributes, identifiers;
};

Recording read_row(const Row& row, const std::shared_ptr<Volume>& volume, const std::string& root,
                   const std::string& outer) {
  Recording recording;
  for (const std::string& file : row.files)
    if (!volume->contains(root + file)) throw Error("the file " + file + " is not there", row.place);
  if (row.files.size() == 1) {
    recording = read(Location{volume, root + row.files.front()});
  } else {
    std::vector<std::string> paths;
    paths.reserve(row.files.size());
    for (const std::string& file : row.files) paths.push_back(std::string(outer).append(root).append(file));
    recording = read_session(paths);
  }
  // The CSV reader takes FILE.ann.csv along; other formats and several files do not know it.
  for (std::size_t i = 0; i < row.files.size() && recording.tracks.empty(); ++i) {
    const std::string labels = root + row.files[i] + ".ann.csv";
    if (volume->contains(labels)) recording.tracks = read_annotation_csv(Location{volume, labels});
  }
  recording.name = row.recording;
  if (!row.subject.empty()) recording.subject = row.subject;
  if (!row.session.empty()) recording.session = row.session;
  for (const auto& [key, value] : row.attributes) recording.attributes[key] = value;
  for (const auto& [key, value] : row.identifiers) recording.identifiers[key] = value;
  return recording;
}

std::vector<SourceItem> rows_of(const std::shared_ptr<Volume>& volume, const std::string& root,
                                const std::string& outer) {
  const Bytes bytes = volume->read(root + "dataset.csv");
  const Table table(bytes.text(), TableFormat{}, volume->shown() + root + "dataset.csv");
  const std::size_t recording = table.column("recording");
  const std::size_t file = table.column("file");
  std::vector<SourceItem> items;
  table.rows([&](std::span<const std::string_view> cells, std::int64_t line) {
    Row row;
    row.place = table.shown() + " line " + std::to_string(line);
    if (cells.size() <= std::max(recording, file)) throw Error("a row without recording and file", row.place);
    row.recording = std::string(cells[recording]);
    row.files = split(cells[file], ';');
    if (row.recording.empty() || row.files.empty()) throw Error("a row without recording and file", row.place);
    for (std::size_t i = 0; i < std::min(cells.size(), table.names().size()); ++i) {
      const std::string& name = table.names()[i];
      if (i == recording || i == file || cells[i].empty()) continue;
      if (name == "subject") {
        row.subject = std::string(cells[i]);
      } else if (name == "session") {
        row.session = std::string(cells[i]);
      } else {
        (identifies(name) ? row.identifiers : row.attributes)[name] = std::string(cells[i]);
      }
    }
    const bool forks =
        std::any_of(row.files.begin(), row.files.end(), [](const std::string& f) { return f.ends_with(".mat"); });
    items.push_back({row.recording, [row, volume, root, outer] { return read_row(row, volume, root, outer); }, forks});
  });
  return items;
}

constexpr const char* how_to =
    "a folder needs dataset.csv (recording,file,subject,session) or --layout FILE.toml (docs/own-data.md)";

/// WFDB headers without the segments of multi-segment records, each with what stands beside it.
constexpr const char* any_wfdb = R"(
[[recordings]]
files = "{recording:.+}.hea"
)";

}  // namespace

std::string in_vagus_data(const std::string& set) {
  const std::string data = environment("VAGUS_DATA");
  if (data.empty() || set.empty()) return {};
  std::error_code code;
  if (fs::is_directory(fs::path(data) / set, code)) return (fs::path(data) / set).string();
  for (const std::string_view ending : archive_endings) {
    const fs::path path = fs::path(data) / (set + std::string(ending));
    if (fs::is_regular_file(path, code)) return path.string();
  }
  return {};
}

SourceSet open_source(const std::string& given, const AddOptions& options) {
  std::error_code code;
  std::string path = given;
  if (!fs::exists(path, code) && known_dataset(given)) {
    path = in_vagus_data(given);
    if (path.empty())
      throw Error("it is neither a file nor under VAGUS_DATA", given, "`vagus data get " + given + "` downloads it");
  }
  if (!fs::exists(path, code)) throw Error("there is no such file or folder", path);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string file_name = fs::weakly_canonical(path, code).filename().string();
  const bool folder = fs::is_directory(path, code);
  const std::optional<std::string> archive = folder ? std::nullopt : archive_stem(file_name);

  SourceSet source;
  source.name = !options.as.empty() ? options.as
                : archive           ? *archive
                : folder            ? file_name
                                    : fs::path(file_name).stem().string();
  if (!folder && !archive && options.layout.empty()) {
    source.items.push_back({source.name, [path] {
                              Recording recording = read(path);
                              if (recording.name.empty()) recording.name = fs::path(path).stem().string();
                              return recording;
                            }});
    return source;
  }
  const std::shared_ptr<Volume> volume =
      archive ? open_archive(path) : open_folder(folder ? path : fs::path(path).parent_path().string());
  const std::string root = common_root(*volume);
  std::optional<Dataset> dataset;
  if (!options.layout.empty()) {
    dataset.emplace(dataset_file(options.layout));
    if (options.as.empty() && !dataset->about().name.empty()) source.name = dataset->about().name;
  } else if (const auto known = known_dataset(archive ? *archive : file_name)) {
    dataset.emplace(*known, "datasets/" + (archive ? *archive : file_name) + ".toml");
  }
  if (dataset) {
    source.items = dataset->recordings(volume, "");
    if (source.items.empty()) source.items = dataset->recordings(volume, root);
    source.dataset = to_json(dataset->about());
    const About& about = dataset->about();
    if (archive && !about.archive_sha256.empty() && file_name == about.archive_file &&
        sha256_of(path) != about.archive_sha256)
      source.notes.push_back("the archive's checksum is not the one in the dataset file: another edition?");
    if (source.items.empty()) throw Error("no file matches the dataset file's patterns", path);
    return source;
  }
  for (const std::string& at : {root, std::string()}) {
    if (!volume->contains(at + "dataset.csv")) continue;
    source.items = rows_of(volume, at, archive ? path + "::" : path + "/");
    if (source.items.empty()) throw Error("dataset.csv names no recording", path);
    return source;
  }
  source.items = Dataset(any_wfdb, "WFDB records").recordings(volume, root);
  if (source.items.empty()) throw Error("no recording is found in it", path, how_to);
  return source;
}

std::string download(const std::string& set, const std::string& layout, const fs::path& folder) {
  const auto known = known_dataset(set);
  if (!known && layout.empty())
    throw Error("the program knows no set of this name", set, "`vagus data list --known` names those that it knows");
  const About about = (layout.empty() ? Dataset(*known, "datasets/" + set + ".toml") : dataset_file(layout)).about();
  if (about.url.empty())
    throw Error(
        "the set cannot be downloaded by itself", set,
        "put its archive into the folder VAGUS_DATA" + (about.source.empty() ? "" : "; it comes from " + about.source));
  const auto* curl = reinterpret_cast<const Curl* (*)()>(module_entry("vagus-curl", "vagus_curl"))();
  const fs::path path = folder / about.url_file;
  std::string error;
  if (!curl->get(about.url, path.string(), error))
    throw Error("the download failed: " + error, about.url, "or put the archive into the folder VAGUS_DATA");
  if (!about.url_sha256.empty() && sha256_of(path) != about.url_sha256)
    throw Error("what was downloaded does not have the checksum of the dataset file", about.url);
  return path.string();
}

void Store::ensure(const std::string& set) {
  if (has(set)) return;
  const std::string path = in_vagus_data(set);
  if (path.empty())
    throw Error("the set is neither in the store nor under VAGUS_DATA", "set " + set,
                environment("VAGUS_DATA").empty()
                    ? "set VAGUS_DATA to the folder of archives, or `vagus data add PATH --as " + set + "`"
                    : "`vagus data get " + set + "` or `vagus data add PATH --as " + set + "`");
  AddOptions options;
  options.as = set;
  add(path, options);
}

std::optional<std::vector<Entry>> resolve(Store& store, const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || text.compare(colon, 2, "::") == 0) return std::nullopt;
  const std::string set = text.substr(0, colon);
  if (set.find_first_of("/\\") != std::string::npos) return std::nullopt;
  std::error_code code;
  if (fs::exists(text, code)) return std::nullopt;
  store.ensure(set);
  const std::string pattern = text.substr(colon + 1);
  std::vector<Entry> entries = store.list(set, pattern);
  if (entries.empty()) {
    std::vector<std::string> names;
    for (const Entry& entry : store.list(set)) names.push_back(entry.recording);
    const std::string near = nearest(pattern, names);
    throw Error(
        "there is no such recording in the set", text,
        near.empty() ? "`vagus data show " + set + "` lists them" : "did you mean \"" + set + ":" + near + "\"?");
  }
  return entries;
}

}  // namespace vagus::lab
