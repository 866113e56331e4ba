#pragma once
/// Which candidates are beats: a score for each from its shape and surroundings, then its posterior over all sequences
/// of beats that the seconds round it allow.
#include <cstdint>

#include "device/base/convert.h"
#include "device/health/beat_candidates.h"
#include "device/health/beat_model.h"
#include "device/health/beat_templates.h"
#include "device/health/logistic.h"

namespace vagus::health {

/// What the decision knows of this heart and this electrode so far. Times in samples of 125 Hz.
struct BeatLevels {
  float beat_height = 0;   ///< running envelope height of beats; 0: none seen
  float other_height = 0;  ///< running envelope height of humps that are none
  float rr = 100;          ///< running RR interval
  float steady = 0.5F;     ///< running share of RR intervals within a tenth of the running one
};

/// The least probability that is reported. In noise, where humps between beats come near to beats in height, it goes
/// from the one to the other: a miss spoils two intervals, a false beat is marked by its low quality.
struct Thresholds {
  float clean = 0.5F;
  float noise = 0.5F;
  float at(const BeatLevels& l) const {
    const float share = l.beat_height > 0 ? l.other_height / l.beat_height : 0.0F;
    return clean + (noise - clean) * clamp((share - 0.22F) * 6.0F, 0.0F, 1.0F);
  }
};

/// A candidate after the decision.
struct DecidedBeat {
  std::int32_t time;  ///< centre of the hump, in samples of 125 Hz
  float peak_offset;  ///< from there to the main deflection
  float probability;  ///< calibrated, that a beat is here
  bool beat;          ///< reported as one
};

/// Keeps the candidates of the last seconds, scores each once its surroundings are known and decides the oldest.
///
/// The score is a small network's logit (beat_model.h). The posterior is that of a semi-Markov chain: a sequence of
/// beats is worth the product of its beats' probabilities, of the complements of what it skips, and of how likely its
/// intervals are given the running one; sums over all sequences, forward and backward, give each candidate's share.
/// Two candidates within 152 ms are one beat, reported at the likelier.
class BeatDecision {
 public:
  static constexpr int capacity = 24;
  static constexpr int context = 50;  ///< what must be known after a candidate before it is scored: 400 ms
  static constexpr int batch = 60;    ///< candidates up to this much younger than what is due are decided with it

  BeatDecision() = default;
  explicit BeatDecision(std::int32_t wait) : wait_(wait) {}

  void add(const Hump& hump) {
    if (first_ + count_ == capacity) gather();
    if (count_ == 0) due_at_ = hump.centre + wait_;
    if (count_ == ripe_) ripens_at_ = hump.centre + ripening;
    Entry& e = entry(count_++);
    e.candidate.time = hump.centre;
    e.candidate.height = static_cast<float>(hump.height);
    e.candidate.peak_offset = 0;
    e.state = State::seen;
    if (full()) due_at_ = INT32_MIN;
  }
  /// When, at the latest, `ripen` and `decide` have work to do.
  std::int32_t ripens_at() const { return ripens_at_; }
  std::int32_t due_at() const { return due_at_; }
  bool full() const { return count_ == capacity; }
  const BeatLevels& levels() const { return levels_; }

  /// Measures what is old enough, or everything if `all`; `wave` as HumpMeasure takes it.
  /// Most humps stand in the shadow of one within 400 ms and are small beside it and beside beats: they are no beats
  /// (of 49,000 beats in DS1 none was like that, with simulated faults 5 in 10,000) and need no measuring.
  template <class Wave>
  [[gnu::noinline]] void ripen(std::int32_t now, bool all, const Wave& wave) {
    for (; ripe_ < count_; ++ripe_) {
      Entry& e = entry(ripe_);
      if (!all && now - e.candidate.time < ripening) break;
      if (shadowed(ripe_)) {
        e.q = 0;
        e.state = State::scored;
      } else {
        HumpMeasure::measure(wave, e.candidate);
        e.state = State::measured;
      }
    }
    ripens_at_ = ripe_ < count_ ? entry(ripe_).candidate.time + ripening : INT32_MAX;
  }

  /// Decides what is due, or everything if `last`, once it has ripened. Calls `report(DecidedBeat)` in order of time,
  /// and `feature(time, index, value)` with what went into each score.
  template <class Report, class Feature>
  void decide(std::int32_t now, bool last, const Thresholds& thresholds, Report&& report, Feature&& feature) {
    if (levels_.beat_height <= 0 && count_ > 0) begin();
    const bool full = this->full();
    int known = 0;
    for (; known < count_; ++known) {
      Entry& e = entry(known);
      if (known == ripe_) break;
      if (e.state != State::scored) score(e, feature);
    }
    posterior(known, now);
    const float threshold = thresholds.at(levels_);
    int done = 0;
    for (; done < known; ++done) {
      const Entry& e = entry(done);
      if (!(last || now - e.candidate.time >= wait_ - batch || (full && done < 4))) break;
      float here = e.probability;
      bool greatest = true;
      // Humps lie 96 ms apart or more, so that one on either side can be the same beat.
      for (int k = done > 0 ? done - 1 : 0; k < known && k <= done + 1; ++k) {
        if (k == done || !same_beat(entry(k).candidate.time - e.candidate.time)) continue;
        here += entry(k).probability;
        greatest = greatest && entry(k).probability <= e.probability;
      }
      const bool alone = !anchored_ || e.candidate.time - anchor_ >= refractory;
      const float probability = BeatModel::calibrated(here);
      const bool beat = greatest && alone && probability > threshold;
      report(DecidedBeat{e.candidate.time, e.candidate.peak_offset, probability, beat});
      learn(e, beat, here);
    }
    // No beat for long, though humps come: what was taken for the height of beats may have been none, or is no more.
    if (anchored_ && now - anchor_ > wait_ + forgetful) levels_.beat_height *= 0.93F;
    drop(done);
  }

  /// Forgets what is queued and when the last beat was; keeps what was learned of the heart.
  void interrupt() {
    drop(count_);
    anchored_ = false;
    for (Past& p : past_) p = {};
  }
  /// Moves the clock back by `by`.
  void rebase(std::int32_t by) {
    anchor_ -= by;
    if (due_at_ != INT32_MAX) due_at_ -= by;
    if (ripens_at_ != INT32_MAX) ripens_at_ -= by;
    for (Past& p : past_) p.time -= by;
    for (int i = 0; i < count_; ++i) entry(i).candidate.time -= by;
  }

 private:
  static constexpr std::int32_t refractory = 22;  ///< 176 ms: nothing beats faster than 340 a minute
  static constexpr std::int32_t near = 50;        ///< 400 ms
  static constexpr std::int32_t far = 250;        ///< 2 s
  static constexpr std::int32_t forgetful = 250;  ///< 2 s
  static constexpr std::int32_t ripening = context + Hump::delay;
  static constexpr float small_to_neighbour = 0.2F;
  static constexpr float small_to_beats = 0.2F;
  static constexpr int past_count = 8;

  enum class State : std::uint8_t { seen, measured, scored };
  struct Entry {
    BeatCandidate candidate;
    BeatTemplates::Likeness like{};
    float q = 0;  ///< probability by its own features
    float forward = 0;
    float backward = 0;
    float probability = 0;
    State state = State::seen;
  };
  struct Past {
    std::int32_t time = -(1 << 28);
    float height = 0;
  };

  static bool same_beat(std::int32_t apart) { return apart > -19 && apart < 19; }
  static float share(float a, float b) { return a / (a + b + 1.0F); }

  Entry& entry(int i) { return queue_[first_ + i]; }
  const Entry& entry(int i) const { return queue_[first_ + i]; }
  /// Moves the queue to the front of its memory.
  void gather() {
    for (int i = 0; i < count_; ++i) queue_[i] = entry(i);
    first_ = 0;
  }
  void drop(int n) {
    first_ += n;
    count_ -= n;
    ripe_ -= n;
    if (ripe_ < 0) ripe_ = 0;
    due_at_ = count_ > 0 ? entry(0).candidate.time + wait_ : INT32_MAX;
    if (count_ > 0) return;
    first_ = 0;
    ripens_at_ = INT32_MAX;
  }
  bool shadowed(int i) const {
    const BeatCandidate& c = entry(i).candidate;
    if (c.height >= small_to_beats * levels_.beat_height) return false;
    const float over = c.height * (1 / small_to_neighbour);
    const auto outshone = [&](int k) {
      return entry(k).candidate.height > over && !same_beat(entry(k).candidate.time - c.time);
    };
    for (int k = i - 1; k >= 0 && entry(k).candidate.time >= c.time - near; --k)
      if (outshone(k)) return true;
    for (int k = i + 1; k < count_ && entry(k).candidate.time <= c.time + near; ++k)
      if (outshone(k)) return true;
    return false;
  }

  /// First levels, from what stands in the queue: the middle of the greatest heights of its three thirds, and the mean
  /// interval of what is half as tall.
  void begin() {
    float best[3] = {};
    const std::int32_t first = entry(0).candidate.time, span = entry(count_ - 1).candidate.time - first + 1;
    for (int i = 0; i < count_; ++i) {
      float& third = best[(entry(i).candidate.time - first) * 3 / span];
      third = max(third, entry(i).candidate.height);
    }
    const float low = min(best[0], best[1]), high = max(best[0], best[1]);
    const float middle = clamp(best[2], low, high);
    levels_.beat_height = middle > 0 ? middle : high;
    levels_.other_height = 0.2F * levels_.beat_height;
    int tall = 0;
    std::int32_t from = 0, to = 0;
    for (int i = 0; i < count_; ++i) {
      const BeatCandidate& c = entry(i).candidate;
      if (c.height < 0.5F * levels_.beat_height) continue;
      if (tall == 0) from = c.time;
      if (tall == 0 || c.time - to >= refractory) to = c.time, ++tall;
    }
    if (tall >= 3) levels_.rr = clamp(static_cast<float>(to - from) / static_cast<float>(tall - 1), 26.0F, 125.0F);
  }

  template <class Feature>
  void score(Entry& e, Feature&& feature) {
    const BeatCandidate& c = e.candidate;
    float near_before = 0, far_before = 0, near_after = 0, far_after = 0;
    std::int32_t gap_before = near, gap_after = near;
    const auto look = [&](std::int32_t time, float height) {
      const std::int32_t apart = time - c.time;
      if (same_beat(apart)) return;
      if (apart < 0) {
        if (apart >= -near) {
          if (height > near_before) near_before = height, gap_before = -apart;
        } else if (apart >= -far) {
          far_before = max(far_before, height);
        }
      } else if (apart <= near) {
        if (height > near_after) near_after = height, gap_after = apart;
      } else if (apart <= far) {
        far_after = max(far_after, height);
      }
    };
    for (const Past& p : past_) look(p.time, p.height);
    for (int k = 0; k < count_; ++k) look(entry(k).candidate.time, entry(k).candidate.height);
    e.state = State::scored;
    e.like = {};
    // What is far smaller than a beat need not be compared with beats: its other features decide.
    if (c.height > 0.1F * levels_.beat_height) e.like = templates_.compare(c);

    float f[BeatModel::inputs];
    for (int k = 0; k < BeatCandidate::shape_count; ++k) f[k] = static_cast<float>(c.shape[k]) * (1.0F / 65536);
    f[12] = share(c.height, levels_.beat_height);
    f[13] = share(c.height, near_before);
    f[14] = share(c.height, near_after);
    f[15] = share(c.height, far_after);
    f[16] = share(c.height, far_before);
    f[17] = share(c.height, levels_.other_height);
    f[18] = e.like.best;
    f[19] = e.like.commonest;
    f[20] = static_cast<float>(gap_before) * 0.02F;
    f[21] = static_cast<float>(gap_after) * 0.02F;
    for (int k = 0; k < BeatModel::inputs; ++k) feature(c.time, k, f[k]);
    const float logit = BeatModel::logit(f);
    feature(c.time, BeatModel::inputs, logit);
    e.q = logistic(logit, 12.0F);
  }

  /// What the rhythm so far says of intervals.
  struct Rhythm {
    float per_rr;  ///< tenths of the running RR interval in a sample of 125 Hz
    float steady;  ///< weight of the steady rhythm
  };
  Rhythm rhythm() const { return {10.0F / levels_.rr, clamp((levels_.steady - 0.5F) * 2.5F, 0.0F, 0.8F)}; }
  /// How likely an interval is relative to any: as in all rhythms, and the more so near the running one the steadier
  /// the rhythm was.
  float interval(std::int32_t dt, const Rhythm& rhythm) const {
    if (dt < refractory) return 0.0F;
    const int k = bin(dt, rhythm.per_rr);
    const float any = BeatModel::interval[k];
    const float steady = k == 9 || k == 10 ? BeatModel::steady_near : BeatModel::steady_far * any;
    return any + rhythm.steady * (steady - any);
  }
  /// How likely it is that none has ended yet.
  static float survival(std::int32_t dt, const Rhythm& rhythm) { return BeatModel::survival[bin(dt, rhythm.per_rr)]; }
  static int bin(std::int32_t dt, float per_rr) {
    const auto k = static_cast<std::int32_t>(static_cast<float>(dt) * per_rr);
    return static_cast<int>(k < BeatModel::bins ? k : BeatModel::bins - 1);
  }

  void posterior(int known, std::int32_t now) {
    constexpr float negligible = 1e-7F;
    const Rhythm rhythm = this->rhythm();
    const std::int32_t end = known < count_ ? entry(known).candidate.time : now - Hump::delay;
    // What is hardly a beat takes no part: it would not change the sums.
    std::int8_t who[capacity];
    int n = 0;
    for (int i = 0; i < known; ++i) {
      entry(i).probability = 0;
      if (entry(i).q > 0.002F) who[n++] = static_cast<std::int8_t>(i);
    }
    float none = 1;
    for (int i = 0; i < n; ++i) {
      Entry& e = entry(who[i]);
      const std::int32_t t = e.candidate.time;
      float skip = 1, sum = 0;
      for (int j = i - 1; j >= 0 && skip > negligible; --j) {
        const Entry& o = entry(who[j]);
        sum += o.forward * interval(t - o.candidate.time, rhythm) * skip;
        skip *= 1 - o.q;
      }
      sum += skip * (anchored_ ? interval(t - anchor_, rhythm) : 1.0F);
      e.forward = e.q * sum;
      none *= 1 - e.q;
    }
    float total = none * (anchored_ ? survival(end - anchor_, rhythm) : 1.0F);
    for (int i = n - 1; i >= 0; --i) {
      Entry& e = entry(who[i]);
      const std::int32_t t = e.candidate.time;
      float skip = 1, sum = 0;
      for (int k = i + 1; k < n && skip > negligible; ++k) {
        const Entry& o = entry(who[k]);
        sum += interval(o.candidate.time - t, rhythm) * o.q * skip * o.backward;
        skip *= 1 - o.q;
      }
      const float last = skip * survival(end - t, rhythm);
      e.backward = sum + last;
      total += e.forward * last;
    }
    for (int i = 0; i < n; ++i) {
      Entry& e = entry(who[i]);
      e.probability = total > 0 ? e.forward * e.backward / total : e.q;
    }
  }

  void learn(const Entry& e, bool beat, float probability) {
    const BeatCandidate& c = e.candidate;
    past_[past_at_] = {c.time, c.height};
    past_at_ = (past_at_ + 1) & (past_count - 1);
    if (!beat) {
      levels_.other_height += (c.height - levels_.other_height) * (1.0F / 16);
      return;
    }
    if (anchored_) {
      const auto apart = static_cast<float>(c.time - anchor_);
      const bool near_rr = apart > 0.9F * levels_.rr && apart < 1.1F * levels_.rr;
      levels_.steady += ((near_rr ? 1.0F : 0.0F) - levels_.steady) * (1.0F / 16);
      const float rr = clamp(apart, 0.5F * levels_.rr, 1.6F * levels_.rr);
      levels_.rr = clamp(levels_.rr + (rr - levels_.rr) * (young_ > 0 ? 0.3F : 0.125F), 26.0F, 250.0F);
    }
    if (young_ > 0) --young_;
    anchored_ = true;
    anchor_ = c.time;
    levels_.beat_height += (min(c.height, 2.5F * levels_.beat_height) - levels_.beat_height) * 0.125F;
    if (probability > 0.7F) templates_.learn(c, e.like);
  }

  Entry queue_[capacity] = {};
  BeatTemplates templates_{};
  Past past_[past_count] = {};
  BeatLevels levels_{};
  std::int32_t wait_ = 250;
  std::int32_t due_at_ = INT32_MAX;
  std::int32_t ripens_at_ = INT32_MAX;
  std::int32_t first_ = 0;  ///< where the queue begins
  std::int32_t count_ = 0;
  std::int32_t ripe_ = 0;  ///< of the queue, what is measured or shadowed
  std::int32_t past_at_ = 0;
  std::int32_t anchor_ = 0;
  std::int32_t young_ = 6;  ///< beats until the running interval slows down
  bool anchored_ = false;
};

}  // namespace vagus::health
