#include <cmath>
#include <cstddef>

#include "lab/base/error.h"
#include "lab/simulate/ecg.h"

namespace vagus::lab::sim {
namespace {

/// A setting together with where it goes.
struct Setting {
  Parameter parameter;
  void (*store)(EcgSpec&, double);
};

const std::vector<std::string_view> conducted = {"normal", "lbbb", "rbbb", "paced", "tall_p", "tall_t"};
const std::vector<std::string_view> ventricular = {"any", "pvc_upright", "pvc_negative", "pvc_notched"};

#define STORE(field) [](EcgSpec& s, double v) { s.field = v; }

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {{"rate_hz", "Hz", "sampling rate", 100, 1000, 360}, STORE(rate_hz)},
      {{"leads", "", "MLII, and V1", 1, 2, 2},
       [](EcgSpec& s, double v) { s.leads = static_cast<int>(std::lround(v)); }},
      {{"rhythm", "", "what leads the heart", 0, 0, 0, {"sinus", "af", "paroxysmal_af", "bigeminy", "trigeminy"}},
       [](EcgSpec& s, double v) { s.rhythm.kind = static_cast<RhythmKind>(static_cast<int>(v)); }},
      {{"hr_bpm", "bpm", "mean heart rate", 20, 300, 72}, STORE(rhythm.hr_bpm)},
      {{"hr_end_bpm", "bpm", "the rate goes linearly to this; 0: it stays", 0, 300, 0}, STORE(rhythm.hr_end_bpm)},
      {{"sdnn_ms", "ms", "SD of sinus RR intervals at hr_bpm", 0, 200, 40}, STORE(rhythm.sdnn_ms)},
      {{"lf_hf", "", "power of Mayer waves over that of breathing in RR", 0, 20, 0.5}, STORE(rhythm.lf_hf)},
      {{"lf_hz", "Hz", "frequency of Mayer waves", 0.04, 0.15, 0.1}, STORE(rhythm.lf_hz)},
      {{"resp_hz", "Hz", "breathing", 0.1, 0.6, 0.25}, STORE(rhythm.resp_hz)},
      {{"breath_size", "", "swing of the beats' size with breathing, relative", 0, 0.5, 0.05},
       STORE(rhythm.breath_size)},
      {{"beat_variation", "", "SD of each beat's size, relative", 0, 0.3, 0.02}, STORE(rhythm.beat_variation)},
      {{"pvc_share", "", "ventricular premature beats, share of all", 0, 0.4, 0}, STORE(rhythm.pvc_share)},
      {{"pac_share", "", "atrial premature beats, share of all", 0, 0.4, 0}, STORE(rhythm.pac_share)},
      {{"aberrant_share", "", "share of those that are aberrant", 0, 1, 0}, STORE(rhythm.aberrant_share)},
      {{"pvc_shape", "", "of the ventricular beats", 0, 0, 0, ventricular},
       [](EcgSpec& s, double v) {
         s.rhythm.pvc_shape = v > 0 ? morphology(ventricular[static_cast<std::size_t>(v)]) : -1;
       }},
      {{"vt_per_hour", "1/h", "runs of 5 to 15 ventricular beats", 0, 120, 0}, STORE(rhythm.vt_per_hour)},
      {{"pauses_per_hour", "1/h", "sinus arrests", 0, 600, 0}, STORE(rhythm.pauses_per_hour)},
      {{"pause_s", "s", "length of an arrest", 1, 20, 3}, STORE(rhythm.pause_s)},
      {{"af_cv", "", "SD over mean of RR in atrial fibrillation", 0.05, 0.5, 0.22}, STORE(rhythm.af_cv)},
      {{"af_share", "", "paroxysmal_af: share of time in it", 0, 1, 0.4}, STORE(rhythm.af_share)},
      {{"af_episode_s", "s", "paroxysmal_af: mean episode", 10, 36000, 120}, STORE(rhythm.af_episode_s)},
      {{"fwave_mv", "mV", "size of fibrillatory waves (fundamental)", 0, 0.5, 0.08}, STORE(fwave_mv)},
      {{"fwave_hz", "Hz", "their frequency", 4, 10, 6}, STORE(fwave_hz)},
      {{"morphology", "", "of the conducted beats", 0, 0, 0, conducted},
       [](EcgSpec& s, double v) { s.rhythm.shape = morphology(conducted[static_cast<std::size_t>(v)]); }},
      {{"polarity", "", "inverted: electrodes swapped", 0, 0, 0, {"upright", "inverted"}},
       [](EcgSpec& s, double v) { s.inverted = v > 0; }},
      {{"amplitude_mv", "mV", "R of a normal beat in the first lead", 0.05, 5, 1}, STORE(rhythm.size)},
      {{"spike_mv", "mV", "pacing spikes, 1 ms wide", 0, 20, 2}, STORE(rhythm.spike_mv)},
      {{"white_mv", "mV", "amplifier noise, SD", 0, 5, 0.005}, STORE(white_mv)},
      {{"electrode_mv", "mV", "contact noise, 1/f in power from 0.5 to 40 Hz, SD", 0, 5, 0}, STORE(electrode_mv)},
      {{"muscle_mv", "mV", "muscle noise, 20 to 150 Hz, SD", 0, 5, 0.01}, STORE(muscle_mv)},
      {{"baseline_mv", "mV", "baseline wander, 0.1 to 0.5 Hz, SD", 0, 5, 0.05}, STORE(baseline_mv)},
      {{"motion_mv", "mV", "motion: drift 1 to 8 Hz and steps, SD", 0, 5, 0}, STORE(motion_mv)},
      {{"hum_mv", "mV", "mains hum, peak (third harmonic a fifth of it)", 0, 5, 0}, STORE(hum_mv)},
      {{"hum_hz", "Hz", "mains frequency", 45, 65, 50}, STORE(hum_hz)},
      {{"artefact_share", "", "share of time with muscle and motion noise", 0, 1, 1}, STORE(artefact_share)},
      {{"artefact_s", "s", "mean bout of them", 2, 600, 15}, STORE(artefact_s)},
      {{"gain_changes_per_hour", "1/h", "steps of the gain, 0.5 to 1.6", 0, 600, 0}, STORE(gain_changes_per_hour)},
      {{"jumps_per_hour", "1/h", "jumps of the baseline, decaying in 3.2 s", 0, 3600, 0}, STORE(jumps_per_hour)},
      {{"jump_mv", "mV", "SD of a jump", 0, 20, 1}, STORE(jump_mv)},
      {{"lead_off_per_hour", "1/h", "electrodes off: flat, or at the rail", 0, 600, 0}, STORE(lead_off_per_hour)},
      {{"lead_off_s", "s", "mean length of that", 1, 600, 8}, STORE(lead_off_s)},
      {{"gaps_per_hour", "1/h", "stretches of lost samples", 0, 600, 0}, STORE(gaps_per_hour)},
      {{"gap_s", "s", "mean length of them", 0.1, 600, 3}, STORE(gap_s)},
      {{"range_mv", "mV", "the converter clips at plus and minus this", 0.1, 100, 5}, STORE(range_mv)},
      {{"resolution_uv", "uV", "one step of the converter", 0.1, 100, 5}, STORE(resolution_uv)},
  };
  return all;
}

#undef STORE

}  // namespace

const std::vector<Parameter>& ecg_parameters() {
  static const std::vector<Parameter> all = [] {
    std::vector<Parameter> list;
    for (const Setting& setting : settings()) list.push_back(setting.parameter);
    return list;
  }();
  return all;
}

EcgSpec ecg_spec(const Settings& given) {
  const std::vector<double> values = values_of(ecg_parameters(), given);
  EcgSpec spec;
  for (std::size_t i = 0; i < values.size(); ++i) settings()[i].store(spec, values[i]);
  if (spec.range_mv * 1000 / spec.resolution_uv > 32767)
    throw UsageError("range_mv over resolution_uv needs more than 16 bits", "at most 32767 steps to either side");
  if (spec.rhythm.hr_end_bpm > 0 && spec.rhythm.hr_end_bpm < 20) throw UsageError("hr_end_bpm is 0, or 20 .. 300 bpm");
  return spec;
}

Recording simulate_ecg(const Settings& given, double duration_s, std::uint64_t seed) {
  const EcgSpec spec = ecg_spec(given);
  if (spec.rate_hz * duration_s * spec.leads > 2e8)
    throw UsageError("rate_hz, leads and duration give more than 2e8 samples", "simulate several shorter recordings");
  Recording recording = make_ecg(spec, duration_s, seed);
  for (const auto& [key, text] : given) recording.attributes["set." + key] = text;
  return recording;
}

}  // namespace vagus::lab::sim
