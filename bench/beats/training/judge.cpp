/// How the detector as built does on what it is trained on and on versions that training never draws (their numbers are
/// higher): beats missed and invented. For choosing between weights without a look at test data.
///
///   beats_judge FOLDER_OF_DATA
#include <cstdio>
#include <exception>

#include "bench/beats/training/lead.h"
#include "device/health/beats.h"

namespace {

using vagus::health::BeatDetector;
using vagus::training::Lead;

struct Errors {
  std::size_t beats = 0, missed = 0, invented = 0;
};

void count(const Lead& lead, Errors& errors) {
  BeatDetector detector = BeatDetector::make({.rate_hz = static_cast<float>(lead.rate_hz)}).value();
  std::vector<std::int64_t> found;
  const auto take = [&](const BeatDetector::Output& beat) { found.push_back(beat.sample); };
  for (const float mv : lead.mv) detector.push({mv}, take);
  detector.finish(take);
  const vagus::training::Matched matched = vagus::training::match(lead, found);
  errors.beats += lead.beats.size();
  errors.missed += matched.missed.size();
  errors.invented += static_cast<std::size_t>(matched.invented);
}
void print(const char* what, const Errors& e) {
  std::printf("%-32s beats %7zu  missed %5zu  invented %5zu\n", what, e.beats, e.missed, e.invented);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("beats_judge FOLDER_OF_DATA\n", stderr);
    return 2;
  }
  try {
    Errors first, second, faulty, noisy;
    for (const int record : vagus::training::training_records()) {
      const std::vector<Lead> leads = vagus::training::read_leads(argv[1], record);
      count(leads.front(), first);
      count(leads.back(), second);
      for (int number = 40; number < 46; ++number) count(vagus::training::version(leads, number), faulty);
      for (const double snr_db : {6.0, 0.0}) {
        const auto seed = static_cast<std::uint64_t>(7000 + record);
        count(vagus::training::with_noise(leads.front(), "motion", snr_db, seed), noisy);
      }
    }
    print("first lead", first);
    print("second lead", second);
    print("simulated faults, not trained on", faulty);
    print("motion at 6 and 0 dB", noisy);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "beats_judge: %s\n", e.what());
    return 3;
  }
  return 0;
}
