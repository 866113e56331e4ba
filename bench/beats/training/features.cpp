/// What the network of health.beats learns from: one row of floats a candidate, to standard output.
///
///   beats_features FOLDER_OF_DATA [VERSIONS] > features.bin
///
/// A row: record, version, label, time in s, then the features that went into the score (BeatModel::inputs of them).
/// Labels: 1 a beat, 0 none, 2 near a beat but not its best hump, 3 within 2 s of flutter; only 0 and 1 are learned
/// from.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/beats/training/lead.h"
#include "device/health/beats.h"

namespace {

using vagus::health::BeatDetector;
using vagus::health::BeatModel;
using vagus::training::Lead;

struct Row {
  std::int64_t sample = 0;
  std::array<float, BeatModel::inputs> feature{};
  int label = 0;
};
struct Features {
  std::vector<Row> rows;
  void operator()(const BeatDetector::Output& /*beat*/) {}
  void feature(int k, std::int64_t sample, float value) {
    if (k == 0) rows.push_back({.sample = sample});
    if (k < BeatModel::inputs) rows.back().feature[static_cast<std::size_t>(k)] = value;
  }
};
constexpr std::size_t height = 12;  ///< the feature that grows with a hump's height

/// The highest hump within 100 ms of a beat is the beat; what else lies within 150 ms is left out.
void label(const Lead& lead, std::vector<Row>& rows) {
  const double wide = vagus::training::match_s * lead.rate_hz, narrow = 0.1 * lead.rate_hz;
  std::size_t first = 0;
  for (const std::int64_t beat : lead.beats) {
    const auto off = [&](std::size_t k) { return static_cast<double>(std::abs(rows[k].sample - beat)); };
    while (first < rows.size() && static_cast<double>(rows[first].sample) < static_cast<double>(beat) - wide) ++first;
    std::size_t best = rows.size();
    for (std::size_t k = first; k < rows.size() && static_cast<double>(rows[k].sample - beat) <= wide; ++k) {
      if (off(k) > narrow && best < rows.size()) continue;
      if (rows[k].label != 1) rows[k].label = 2;
      if (best == rows.size() || rows[k].feature[height] > rows[best].feature[height] || off(best) > narrow) best = k;
    }
    if (best < rows.size()) rows[best].label = 1;
  }
  for (Row& row : rows)
    for (const auto& [from, to] : lead.excluded)
      if (static_cast<double>(row.sample) > static_cast<double>(from) - 2 * lead.rate_hz &&
          static_cast<double>(row.sample) < static_cast<double>(to) + 2 * lead.rate_hz)
        row.label = 3;
}

void write(const Lead& lead, int number) {
  BeatDetector detector = BeatDetector::make({.rate_hz = static_cast<float>(lead.rate_hz)}).value();
  Features features;
  for (const float mv : lead.mv) detector.push({mv}, features);
  detector.finish(features);
  label(lead, features.rows);
  for (const Row& row : features.rows) {
    const float head[] = {static_cast<float>(lead.record), static_cast<float>(number), static_cast<float>(row.label),
                          static_cast<float>(static_cast<double>(row.sample) / lead.rate_hz)};
    std::fwrite(head, sizeof(float), std::size(head), stdout);
    std::fwrite(row.feature.data(), sizeof(float), row.feature.size(), stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("beats_features FOLDER_OF_DATA [VERSIONS] > features.bin\n", stderr);
    return 2;
  }
  const int versions = argc > 2 ? std::atoi(argv[2]) : 14;
  try {
    for (const int record : vagus::training::training_records()) {
      const std::vector<Lead> leads = vagus::training::read_leads(argv[1], record);
      for (int number = 0; number < versions; ++number) write(vagus::training::version(leads, number), number);
      std::fprintf(stderr, "%d\n", record);
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "beats_features: %s\n", e.what());
    return 3;
  }
  return 0;
}
