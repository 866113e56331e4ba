#pragma once
/// Dataset files (TOML): what a set is, where it comes from, and how its files map to recordings (docs/own-data.md
/// describes the language). The files under datasets/ are built into the program.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/formats/volume.h"
#include "lab/signal/recording.h"
#include "lab/store/store.h"

namespace vagus::lab {

/// One of the program's own dataset files.
struct KnownDataset {
  std::string_view name, text;
};
std::span<const KnownDataset> known_datasets();
/// Nothing if the program knows no set of that name.
std::optional<std::string_view> known_dataset(std::string_view name);

/// What a dataset file says about the set, beside its layout.
struct About {
  std::string name, title, licence, citation, source;
  bool redistribute = false;  ///< the licence allows to pass the recordings on
  std::vector<std::string> protocols;
  std::string archive_file, archive_sha256;  ///< as it lies under VAGUS_DATA
  std::string url, url_file;                 ///< where it can be downloaded, and the archive's name then
  std::string url_sha256;                    ///< "" where the source makes the archive anew now and then
};

/// One recording of a source that has not been read yet.
struct SourceItem {
  std::string recording;  ///< its name
  std::function<Recording()> read;
  /// Its reader forks (MATLAB files are read in a process of their own): a fork beside a thread inside HDF5 would leave
  /// the child waiting for that library's lock for ever, so nothing else may run meanwhile.
  bool alone = false;
};

/// A set as it lies in a folder, an archive or a file.
struct SourceSet {
  std::string name;
  Json dataset = Json::object();  ///< of `About`, for the manifest
  std::vector<SourceItem> items;
  std::vector<std::string> notes;
};

/// Finds the recordings of a path: by `options.layout`, else by the program's own dataset file of that name, else by
/// dataset.csv, else every WFDB header in it. Throws Error naming what cannot be found or read.
SourceSet open_source(const std::string& path, const AddOptions& options);

/// A parsed dataset file.
class Dataset {
 public:
  /// Throws Error (place: `shown` line N) on what is not TOML, and UsageError on keys it does not know.
  Dataset(std::string_view toml, const std::string& shown);
  ~Dataset();
  Dataset(Dataset&&) noexcept;
  Dataset& operator=(Dataset&&) noexcept;

  const About& about() const { return about_; }
  /// The recordings of a volume whose files stand below `root` ("" or "top/").
  std::vector<SourceItem> recordings(const std::shared_ptr<Volume>& volume, const std::string& root) const;

 private:
  struct Layout;
  About about_;
  std::shared_ptr<const Layout> layout_;
};
Json to_json(const About& about);

}  // namespace vagus::lab
