#include "lab/failures/beat_context.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lab/failures/ecg_measures.h"
#include "lab/simulate/simulate.h"

namespace vagus::lab {
namespace {

std::vector<double> beats_of(const Recording& recording) {
  std::vector<double> beats;
  const Track& track = *recording.track("atr");
  for (const Annotation& a : track.current())
    if (beat_class(a.label, BeatMap::bxb) != 0) beats.push_back(track.time_of(a.tick));
  return beats;
}

Recording simulated(const Settings& more) {
  Settings settings = {{"leads", "1"}, {"white_mv", "0"}, {"muscle_mv", "0"}, {"baseline_mv", "0"}};
  for (const auto& [key, value] : more) settings[key] = value;
  return simulate("ecg", settings, 60, 7);
}

float middle(const std::vector<double>& beats, const auto& measure) {
  std::vector<float> values;
  for (const double t_s : beats)
    if (t_s > 5 && t_s < 55) values.push_back(measure(t_s));
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST(EcgMeasures, TellTheNoiseThatWasAdded) {
  for (const double mv : {0.05, 0.3}) {
    const Recording recording = simulated({{"muscle_mv", std::to_string(mv)}});
    const EcgMeasures measures(recording.channels[0], beats_of(recording));
    // 30 to 150 of 20 to 150 Hz: 0.96 of the amplitude.
    EXPECT_NEAR(middle(beats_of(recording), [&](double t) { return measures.muscle_noise_mv(t); }), 0.95 * mv,
                0.1 * mv);
  }
  const Recording clean = simulated({});
  const EcgMeasures measures(clean.channels[0], beats_of(clean));
  EXPECT_LT(middle(beats_of(clean), [&](double t) { return measures.muscle_noise_mv(t); }), 0.01F);
}

TEST(EcgMeasures, TellTheWanderAndNotTheBeats) {
  const Recording still = simulated({}), wandering = simulated({{"baseline_mv", "0.5"}});
  const EcgMeasures quiet(still.channels[0], beats_of(still)), wild(wandering.channels[0], beats_of(wandering));
  EXPECT_LT(middle(beats_of(still), [&](double t) { return quiet.baseline_wander_mv(t); }), 0.05F);
  EXPECT_GT(middle(beats_of(wandering), [&](double t) { return wild.baseline_wander_mv(t); }), 0.2F);
  EXPECT_GT(middle(beats_of(wandering), [&](double t) { return wild.baseline_shift_mv(t); }),
            3 * middle(beats_of(still), [&](double t) { return quiet.baseline_shift_mv(t); }));
}

TEST(EcgMeasures, AmplitudeGrowsWithTheBeats) {
  const Recording small = simulated({{"amplitude_mv", "0.5"}}), large = simulated({{"amplitude_mv", "2"}});
  const EcgMeasures a(small.channels[0], beats_of(small)), b(large.channels[0], beats_of(large));
  EXPECT_NEAR(middle(beats_of(large), [&](double t) { return b.amplitude_mv(t); }) /
                  middle(beats_of(small), [&](double t) { return a.amplitude_mv(t); }),
              4, 0.1);
}

RecordResult record_of(const Recording& recording) {
  RecordResult record;
  record.run = run(detector("health.beats"), recording, {});
  record.reference = {recording.track("atr")->current(), recording.track("atr")->tick_hz};
  return record;
}

TEST(BeatContext, EveryBeatAndEverySecondIsInOneRow) {
  const Recording recording = simulated({{"pauses_per_hour", "200"}, {"pause_s", "6"}, {"gaps_per_hour", "120"}});
  const BeatContext context = beat_context(record_of(recording), recording, 0);
  std::size_t beats = 0;
  for (const std::uint8_t n : context.beats) beats += n;
  EXPECT_EQ(beats, beats_of(recording).size());
  ASSERT_EQ(context.start_s[0], 0);
  EXPECT_DOUBLE_EQ(context.end_s, 60);
  for (std::size_t i = 0; i < context.t_s.size(); ++i) {
    const double end = i + 1 < context.t_s.size() ? context.start_s[i + 1] : context.end_s;
    EXPECT_GT(end, context.start_s[i]);
    EXPECT_LE(end - context.start_s[i], 2 + 1e-9);
    EXPECT_GE(context.t_s[i], context.start_s[i]);
    EXPECT_LE(context.t_s[i], end);
  }
}

TEST(BeatContext, SurvivesTheCacheAndDamagedBytesAreRefused) {
  const Recording recording = simulated({{"pvc_share", "0.1"}});
  const BeatContext context = beat_context(record_of(recording), recording, 5);
  const std::string bytes = pack(context);
  const auto back = unpack_beat_context(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(pack(*back), bytes);
  EXPECT_FALSE(unpack_beat_context(bytes.substr(0, bytes.size() / 2)).has_value());
  EXPECT_FALSE(unpack_beat_context("").has_value());
}

}  // namespace
}  // namespace vagus::lab
