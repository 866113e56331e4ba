/// Proof of every byte of a store.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "lab/base/error.h"
#include "lab/base/progress.h"
#include "lab/store/hash.h"
#include "lab/store/layer_file.h"
#include "lab/store/shared.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

struct Piece {
  std::string set, recording;
  const SignalSeal* seal = nullptr;  ///< signals; else a layer
  std::string track, hash;
};

}  // namespace

CheckReport Store::check(const std::string& only) const {
  CheckReport report;
  std::vector<Manifest> manifests;
  if (!only.empty() && !has(only)) manifest(only);  // throws
  for (const std::string& set : sets()) {
    if (!only.empty() && set != only) continue;
    ++report.sets;
    const fs::path folder = newest_manifest(set).parent_path();
    for (const std::int64_t sequence : manifest_sequences(folder)) {
      try {
        manifests.push_back(read_manifest(folder, sequence));
      } catch (const Error& error) {
        const std::string& place = error.where();
        const std::size_t at = place.find("(recording ");
        const std::string recording =
            at == std::string::npos ? "" : place.substr(at + 11, place.find(')', at) - at - 11);
        report.problems.push_back({set, recording, "", error.what(), (folder / manifest_name(sequence)).string()});
      }
    }
  }
  // Newest versions first: a file that several versions name is reported with the newest.
  std::vector<Piece> pieces;
  std::set<std::string> seen;
  std::map<std::string, std::int64_t> newest;
  for (const Manifest& m : manifests) newest[m.set] = std::max(newest[m.set], m.sequence);
  std::stable_sort(manifests.begin(), manifests.end(),
                   [](const Manifest& a, const Manifest& b) { return a.sequence > b.sequence; });
  for (const Manifest& m : manifests) {
    for (const Item& item : m.items) {
      if (m.sequence == newest[m.set]) ++report.recordings;
      if (seen.insert(item.seal.file().string()).second) pieces.push_back({m.set, item.recording, &item.seal, "", ""});
      for (const auto& [track, layers] : item.layers)
        for (const std::string& hash : layers)
          if (seen.insert(hash).second) pieces.push_back({m.set, item.recording, nullptr, track, hash});
    }
  }
  std::mutex mutex;
  {
    Progress progress("checking", static_cast<std::int64_t>(pieces.size()));
    tbb::parallel_for(std::size_t{0}, pieces.size(), [&](std::size_t i) {
      const Piece& piece = pieces[i];
      std::vector<Problem> found_here;
      std::int64_t bytes = 0;
      if (piece.seal != nullptr) {
        const fs::path path = found(("signals" / piece.seal->file()).string());
        for (Damage& damage : examine(path, *piece.seal))
          found_here.push_back({piece.set, piece.recording, damage.channel, damage.what, path.string()});
        bytes = static_cast<std::int64_t>(piece.seal->file_size);
      } else {
        const fs::path path = found("layers/" + piece.hash.substr(0, 2) + "/" + piece.hash + ".layer");
        std::string what;
        try {
          const std::string text = read_text(path);
          bytes = static_cast<std::int64_t>(text.size());
          if (blake2b_256(text) != piece.hash) what = "a layer of track " + piece.track + " is damaged";
        } catch (const Error& error) {
          what = "a layer of track " + piece.track + " " + error.what();
        }
        if (!what.empty()) found_here.push_back({piece.set, piece.recording, "", what, path.string()});
      }
      const std::scoped_lock lock(mutex);
      report.bytes += bytes;
      report.layers += piece.seal == nullptr ? 1 : 0;
      for (Problem& problem : found_here) report.problems.push_back(std::move(problem));
      progress.advance();
    });
  }
  if (only.empty()) {
    // The catalogue can only be compared with what is proven.
    if (report.problems.empty() &&
        !shared_->catalogue.agrees(manifests, [&](const std::string& set) { return newest_manifest(set); }))
      report.problems.push_back({"", "", "",
                                 "the catalogue did not agree with the manifests; it was deleted and will be rebuilt",
                                 (folder_ / "catalogue.sqlite").string()});
  }
  std::sort(report.problems.begin(), report.problems.end(), [](const Problem& a, const Problem& b) {
    if (a.set != b.set) return natural_less(a.set, b.set);
    if (a.recording != b.recording) return natural_less(a.recording, b.recording);
    return a.channel < b.channel;
  });
  return report;
}

}  // namespace vagus::lab
