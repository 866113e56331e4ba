#pragma once
/// The page of a release gate: the answer first, then every test, and every event gained, lost or moved.
#include <string>
#include <vector>

#include "lab/study/release/gate.h"
#include "lab/study/source.h"

namespace vagus::lab {

/// Stretches around what changed, recording by recording as in the gate; empty where nothing was or can be drawn.
struct ReleaseWaves {
  std::vector<std::vector<Excerpt>> of_recording;
  bool waveforms = true;    ///< false: left out on purpose
  std::string not_at_hand;  ///< why a signal could not be loaded; empty where all could
  bool any() const;         ///< whether anything is drawn
};

struct ReleaseWaveOptions {
  std::size_t per_recording = 12;  ///< stretches of one recording at most, harmful changes first
  std::size_t in_all = 160;        ///< at most, recordings with most harmful changes first
  int threads = 0;
};

/// Where a change is drawn: a window at its middle.
double drawn_at(const EventChange& change);

/// A change that makes the candidate worse: a right event lost, or a false one gained.
bool harmful(const EventChange& change);

/// Of beats the candidate runs again with its probes around what changed, where that is not in the cache; of events and
/// windows the signals alone are drawn.
ReleaseWaves release_waves(const Gate& gate, const StudyResult& candidate, const Source& source, const Cache& cache,
                           const ReleaseWaveOptions& options = {});

/// One self-contained HTML page, below 5 MB. No path and no time of day; the recordings' names as in the data.
/// Every change is told with its time up to 200 a recording (`check.json` holds all), and drawn as far as fits.
std::string release_page(const Gate& gate, const Frozen& frozen, const StudyResult& candidate,
                         const ReleaseWaves& waves);

}  // namespace vagus::lab
