/// What the probabilities of health.beats and health.quality are calibrated on: rows of floats to two files.
///
///   beats_calibration FOLDER_OF_DATA BEATS SECONDS
///
/// BEATS: the posterior of each reported beat (the calibration undone), 1 if it is one. SECONDS: the two measures of
/// EcgSeconds, 1 if the detector made no error in that second. DS1 as it is, with simulated faults, and in noise.
#include <cstdio>
#include <exception>
#include <string>

#include "bench/beats/training/lead.h"
#include "device/health/beats.h"

namespace {

using namespace vagus;
using health::BeatDetector;
using training::Lead;

/// The posterior that is calibrated to `probability`: by halving, for the calibration grows.
float posterior_of(float probability) {
  float low = 0, high = 1;
  for (int i = 0; i < 30; ++i) {
    const float middle = 0.5F * (low + high);
    (health::BeatModel::calibrated(middle) < probability ? low : high) = middle;
  }
  return high;
}

void write(std::FILE* file, std::initializer_list<float> row) {
  std::fwrite(row.begin(), sizeof(float), row.size(), file);
}

/// The measures of each second of a lead, as health.quality takes them.
template <class Take>
void each_second(const Lead& lead, Take&& take) {
  health::EcgInput input(static_cast<float>(lead.rate_hz));
  health::QrsEnvelope<health::OneLane, 64> wave;
  health::EcgSeconds seconds;
  std::int32_t judged = 0;
  std::int64_t start = 0;
  const auto follow = [&](std::int32_t y) {
    if (!wave.push(y) || wave.count() - judged < health::EcgSeconds::block) return;
    judged += health::EcgSeconds::block;
    if (!seconds.push(wave, judged - 1, health::EcgSeconds::block)) return;
    const std::int64_t end = input.clock().completed(judged - 1);
    take(start, end, seconds.measures());
    seconds.judge(0);
    start = end;
  };
  for (float mv : lead.mv)
    if (!input.push(mv))
      input.complete_rare(
          mv, [&](std::int32_t y) { wave.restart(y); }, follow);
}

void gather(const Lead& lead, std::FILE* beats, std::FILE* seconds) {
  BeatDetector detector = BeatDetector::make({.rate_hz = static_cast<float>(lead.rate_hz)}).value();
  std::vector<std::int64_t> found;
  std::vector<float> probability;
  const auto hear = [&](const BeatDetector::Output& beat) {
    found.push_back(beat.sample);
    probability.push_back(beat.quality);
  };
  for (const float mv : lead.mv) detector.push({mv}, hear);
  detector.finish(hear);
  const training::Matched matched = training::match(lead, found);
  std::vector<std::int64_t> wrong = matched.missed;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (matched.right[i] >= 0) write(beats, {posterior_of(probability[i]), static_cast<float>(matched.right[i])});
    if (matched.right[i] == 0) wrong.push_back(found[i]);
  }
  each_second(lead, [&](std::int64_t start, std::int64_t end, const health::EcgSeconds::Measures& m) {
    for (const auto& [from, to] : lead.excluded)
      if (end > from && start < to) return;
    bool good = true;
    for (const std::int64_t at : wrong) good = good && !(at >= start && at < end);
    write(seconds, {m.least / (m.least + m.high + 1), m.mean / (m.mean + m.high + 1), good ? 1.0F : 0.0F});
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::FILE* const beats = argc == 4 ? std::fopen(argv[2], "wb") : nullptr;
  std::FILE* const seconds = argc == 4 ? std::fopen(argv[3], "wb") : nullptr;
  if (beats == nullptr || seconds == nullptr) {
    std::fputs("beats_calibration FOLDER_OF_DATA BEATS SECONDS\n", stderr);
    return 2;
  }
  try {
    for (const int record : training::training_records()) {
      const std::vector<Lead> leads = training::read_leads(argv[1], record);
      gather(leads.front(), beats, seconds);
      for (const int number : {50, 51, 52}) gather(training::version(leads, number), beats, seconds);
      for (const double snr_db : {12.0, 6.0, 0.0})
        gather(training::with_noise(leads.front(), record % 2 == 0 ? "motion" : "muscle", snr_db,
                                    static_cast<std::uint64_t>(9000 + record)),
               beats, seconds);
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "beats_calibration: %s\n", e.what());
    return 3;
  }
  std::fclose(beats);
  std::fclose(seconds);
  return 0;
}
