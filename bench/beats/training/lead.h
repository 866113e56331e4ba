#pragma once
/// What the training programs learn from: single leads with their reference beats, as they are and with simulated
/// faults.
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vagus::training {

/// One ECG lead. Samples count from 0 at `rate_hz`.
struct Lead {
  int record = 0;
  double rate_hz = 0;
  std::vector<float> mv;
  std::vector<std::int64_t> beats;                              ///< reference, in order
  std::vector<std::pair<std::int64_t, std::int64_t>> excluded;  ///< ventricular flutter: not scored, not learned from
};

/// DS1 of EC57, the training half of MIT-BIH. 201 is in neither half here: 202 is the same man.
std::span<const int> training_records();
/// A record's leads from the folder or archive of mitdb in `data`. Throws lab::Error.
std::vector<Lead> read_leads(const std::string& data, int record);

/// Version `number` of a two-lead recording, the same bits each time: 0 the first lead, 1 the second, from 2 on with
/// simulated faults drawn from a stream of its own (see faults.cpp for what and how often).
Lead version(const std::vector<Lead>& leads, int number);
/// Simulated noise of a kind ("baseline", "muscle", "motion") from 5:00 on, two minutes with and two without, as
/// lab/simulate has it.
Lead with_noise(const Lead& lead, const std::string& kind, double snr_db, std::uint64_t seed);

/// How far from a reference beat a hump may lie and be it.
inline constexpr double match_s = 0.15;

/// Of `found` (in order), which are beats (1), which are not (0), which lie in excluded stretches (-1); and how many
/// beats were missed. EC57's matching with a window of 150 ms, from the start.
struct Matched {
  std::vector<int> right;
  std::vector<std::int64_t> missed;
  int invented = 0;
};
Matched match(const Lead& lead, std::span<const std::int64_t> found);

}  // namespace vagus::training
