#include "lab/prototype/laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "device/conformance/signals.h"
#include "lab/base/error.h"
#include "lab/prototype/plugin.h"

namespace vagus::lab {
namespace {

// Of the standard signal, in seconds: undisturbed, disturbed, time to find its way back, and judged.
constexpr double disturbed_s = 12, calm_s = 15, judged_s = 22, end_s = 30;
constexpr std::size_t odd_rows = 37;

/// An event or an unreadable stretch, as it was said.
struct Spoke {
  Said::Kind kind;
  std::int64_t sample, end_sample;
  float value;
  std::vector<FieldValue> fields;
  std::vector<std::string> labels;
};

/// To five digits: a prototype may sum in another order where it is given other pieces.
bool same_number(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= 1e-7F + 1e-5F * std::max(std::abs(a), std::abs(b));
}
bool same(const Spoke& a, const Spoke& b) {
  if (a.kind != b.kind || a.sample != b.sample || a.end_sample != b.end_sample || !same_number(a.value, b.value) ||
      a.labels != b.labels || a.fields.size() != b.fields.size())
    return false;
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), [](const FieldValue& x, const FieldValue& y) {
    return x.integer == y.integer && same_number(x.number, y.number);
  });
}

/// A run over the standard signal.
class Trial {
 public:
  Trial(const DetectorInfo& detector, Config config, double rate_hz)
      : detector_(detector), config_(std::move(config)), rate_hz_(rate_hz), wearer_(static_cast<float>(rate_hz)) {
    instance_ = made();
    instance_->begin(0, rate_hz_);
  }

  void run_to(double t_s, bool missing = false) {
    const auto count = static_cast<std::size_t>(std::llround(t_s * rate_hz_)) - at_;
    const auto& reads = detector_.contract->reads;
    std::vector<std::vector<float>> columns(reads.size(), std::vector<float>(count));
    for (std::size_t row = 0; row < count; ++row) {
      wearer_.advance();
      for (std::size_t i = 0; i < reads.size(); ++i) {
        const float value = wearer_.value(reads[i].quantity, reads[i].unit);
        columns[i][row] = missing ? std::numeric_limits<float>::quiet_NaN() : value;
      }
    }
    std::vector<const float*> pointers;
    for (const auto& column : columns) pointers.push_back(column.data());
    instance_->push(pointers, count, listener_);
    at_ += count;
    pushed_ += static_cast<std::int64_t>(count);
  }
  void hand_over(std::size_t rows) {
    if (piecewise_ != nullptr) piecewise_->hand_over(rows);
  }
  void lose_to(double t_s) {
    const auto count = static_cast<std::size_t>(std::llround(t_s * rate_hz_)) - at_;
    for (std::size_t row = 0; row < count; ++row) wearer_.advance();
    instance_->gap(Duration{static_cast<std::int64_t>(std::llround(static_cast<double>(count) / rate_hz_ * 1e6))});
    at_ += count;
    lost_ += static_cast<std::int64_t>(count);
    lost_from_ = pushed_;
    instance_->begin(static_cast<double>(at_) / rate_hz_, rate_hz_);
  }
  /// Goes on in another run, made anew, from a snapshot of this one.
  void resume() {
    const std::unique_ptr<Instance> before = std::move(instance_);
    const auto bytes = before->snapshot();
    instance_ = made();
    instance_->restore(bytes);
  }
  void finish() { instance_->finish(listener_); }

  const std::vector<Spoke>& said() const { return said_; }
  double time_of(std::int64_t sample) const {
    return static_cast<double>(sample + (lost_from_ >= 0 && sample >= lost_from_ ? lost_ : 0)) / rate_hz_;
  }
  double now_s() const { return static_cast<double>(at_) / rate_hz_; }
  std::int64_t events_from(double t_s) const {
    return std::count_if(said_.begin(), said_.end(),
                         [&](const Spoke& one) { return one.kind == Said::Kind::event && time_of(one.sample) >= t_s; });
  }

 private:
  std::unique_ptr<Instance> made() {
    auto in_pieces = piecewise(detector_.contract->name, config_, {});
    piecewise_ = in_pieces.get();
    if (in_pieces) return in_pieces;
    return detector_.make(config_, {});
  }
  void hear(const Said& said) {
    if (said.kind != Said::Kind::event && said.kind != Said::Kind::unreadable) return;
    Spoke one{said.kind, said.sample, said.end_sample, said.value, {said.values.begin(), said.values.end()}, {}};
    for (FieldValue& field : one.fields) {
      if (field.kind == FieldInfo::Kind::label) one.labels.emplace_back(field.label == nullptr ? "" : field.label);
      field.label = "";
    }
    if (said.reason != nullptr) one.labels.emplace_back(said.reason);
    said_.push_back(std::move(one));
  }

  const DetectorInfo& detector_;
  Config config_;
  double rate_hz_;
  conformance::Wearer wearer_;
  Listener listener_ = [this](const Said& said) { hear(said); };
  std::unique_ptr<Instance> instance_;
  PiecewiseInstance* piecewise_ = nullptr;
  std::size_t at_ = 0;  ///< samples of the signal, lost ones included
  std::int64_t pushed_ = 0, lost_ = 0, lost_from_ = -1;
  std::vector<Spoke> said_;
};

std::string told(const Spoke& one, const Trial& trial) {
  const char* what = one.kind == Said::Kind::event ? "an event" : "an unreadable stretch";
  return fmt::format("{} at {:.3f} s of quality {:.5g}", what, trial.time_of(one.sample),
                     static_cast<double>(one.value));
}

/// Nothing where both said the same; else the first place where they part.
std::optional<Law> parting(const std::string& law, const std::string& how, const Trial& usual, const Trial& other) {
  // Each kind in its own order: what comes between which is decided by the pieces.
  for (const Said::Kind kind : {Said::Kind::event, Said::Kind::unreadable}) {
    const auto of_kind = [kind](const Trial& trial) {
      std::vector<const Spoke*> some;
      for (const Spoke& one : trial.said())
        if (one.kind == kind) some.push_back(&one);
      return some;
    };
    const auto a = of_kind(usual), b = of_kind(other);
    const std::size_t most = std::max(a.size(), b.size());
    for (std::size_t i = 0; i < most; ++i) {
      if (i < a.size() && i < b.size() && same(*a[i], *b[i])) continue;
      const std::string now = i < b.size() ? told(*b[i], other) : "nothing more";
      const std::string before = i < a.size() ? told(*a[i], usual) : "nothing more";
      const double t_s = std::min(i < a.size() ? usual.time_of(a[i]->sample) : end_s,
                                  i < b.size() ? other.time_of(b[i]->sample) : end_s);
      const std::string fields = now == before ? ", with other fields" : "";
      return Law{law, Law::State::not_held, fmt::format("{} it says {} and not {}{}", how, now, before, fields), t_s};
    }
  }
  return std::nullopt;
}

/// What a law finds, or that it ended in an error.
template <class F>
Law tried(const std::string& law, const std::string& when, const F& attempt) {
  double at_s = 0;
  try {
    return attempt(at_s);
  } catch (const std::exception& error) {
    return {law, Law::State::not_held, when + " it fails: " + error.what(), at_s};
  }
}

struct Tried {
  const DetectorInfo& detector;
  const Config& config;
  double rate_hz;
  const Trial& usual;
};

Law pieces(const Tried& t) {
  const std::string odd = fmt::format("in pieces of {} samples", odd_rows);
  Law law = tried("pieces", odd, [&](double& at_s) {
    Trial trial(t.detector, t.config, t.rate_hz);
    trial.hand_over(odd_rows);
    for (double to_s = 1; to_s <= end_s; ++to_s) {
      at_s = trial.now_s();
      trial.run_to(to_s);
    }
    trial.finish();
    return parting("pieces", odd, t.usual, trial).value_or(Law{"pieces", Law::State::held, "", {}});
  });
  if (law.state != Law::State::held) return law;
  const std::string single = "sample by sample";
  return tried("pieces", single, [&](double& at_s) {
    Trial trial(t.detector, t.config, t.rate_hz);
    trial.run_to(8);
    trial.hand_over(1);
    at_s = 8;
    trial.run_to(12);
    trial.hand_over(0);
    trial.run_to(end_s);
    trial.finish();
    return parting("pieces", single, t.usual, trial).value_or(Law{"pieces", Law::State::held, "", {}});
  });
}

Law snapshot(const Tried& t) {
  return tried("snapshot", "from a snapshot", [&](double& at_s) {
    Trial trial(t.detector, t.config, t.rate_hz);
    trial.run_to(disturbed_s + 1);
    at_s = trial.now_s();
    trial.resume();
    trial.run_to(end_s);
    trial.finish();
    return parting("snapshot", "from a snapshot", t.usual, trial).value_or(Law{"snapshot", Law::State::held, "", {}});
  });
}

Law disturbed(const Tried& t, bool lost) {
  const std::string law = lost ? "gap" : "missing values";
  const std::string when = lost ? "after a gap of 3 s" : "after 3 s of NaN";
  return tried(law, when, [&](double& at_s) {
    Trial trial(t.detector, t.config, t.rate_hz);
    trial.run_to(disturbed_s);
    at_s = disturbed_s;
    if (lost) {
      trial.lose_to(calm_s);
    } else {
      trial.run_to(calm_s, true);
    }
    trial.run_to(end_s);
    trial.finish();
    const std::int64_t expected = t.usual.events_from(judged_s), after = trial.events_from(judged_s);
    if (std::abs(after - expected) > 2 + expected / 5)
      return Law{law, Law::State::not_held,
                 fmt::format("{}, from 7 s later on, it says {} events in {} s and not {}", when, after,
                             end_s - judged_s, expected),
                 judged_s};
    return Law{law,
               Law::State::held,
               expected == 0 ? "it says nothing on the standard signal: only that it goes on was seen" : "",
               {}};
  });
}

Law not_applicable(const std::string& law, const std::string& why) {
  return {law, Law::State::not_applicable, why, std::nullopt};
}

}  // namespace

std::string_view name(Law::State state) {
  switch (state) {
    case Law::State::held:
      return "held";
    case Law::State::not_held:
      return "not held";
    default:
      return "not applicable";
  }
}

std::vector<Law> try_laws(const DetectorInfo& detector, const Config& config, double rate_hz) {
  Config at_rate = config;
  const bool takes_rate = std::any_of(detector.config.begin(), detector.config.end(),
                                      [](const FieldInfo& field) { return field.name == "rate_hz"; });
  if (takes_rate) at_rate["rate_hz"] = rate_hz;
  std::optional<Trial> usual;
  bool program = false;
  try {
    program = piecewise(detector.contract->name, at_rate, {}) == nullptr;
    usual.emplace(detector, at_rate, rate_hz);
    usual->run_to(end_s);
    usual->finish();
  } catch (const std::exception& error) {
    const std::string why = std::string("it fails on the standard signal as it is: ") + error.what();
    return {not_applicable("pieces", why), not_applicable("snapshot", why), not_applicable("gap", why),
            not_applicable("missing values", why)};
  }
  const Tried t{detector, at_rate, rate_hz, *usual};
  if (program) {
    return {not_applicable("pieces", "a program reads its input as it likes"),
            not_applicable("snapshot", "a program's state stays its own"), disturbed(t, true),
            not_applicable("missing values", "they reach a program as gaps")};
  }
  const std::string whole = "it sees whole recordings";
  return {detector.causal ? pieces(t) : not_applicable("pieces", whole),
          detector.causal ? snapshot(t) : not_applicable("snapshot", whole), disturbed(t, true), disturbed(t, false)};
}

}  // namespace vagus::lab
