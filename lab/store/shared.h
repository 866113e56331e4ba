#pragma once
/// What the copies of one Store share: the catalogue and the files lately read.
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "lab/store/catalogue.h"
#include "lab/store/signal_file.h"
#include "lab/store/store.h"

namespace vagus::lab {

struct Store::Shared {
  explicit Shared(std::filesystem::path catalogue_path) : catalogue(std::move(catalogue_path)) {}

  /// The open file of an entry, from among the 64 last used (a header takes about 1 ms to open).
  std::shared_ptr<const SignalFile> file(const std::filesystem::path& path, const Entry& entry);

  Catalogue catalogue;

 private:
  static constexpr std::size_t kept = 64;
  std::mutex mutex_;
  std::list<std::string> recent_;
  std::unordered_map<std::string, std::pair<std::shared_ptr<const SignalFile>, std::list<std::string>::iterator>>
      files_;
};

}  // namespace vagus::lab
