#include "lab/report/heart_rates.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "lab/report/html.h"
#include "lab/stats/agreement.h"

namespace vagus::lab {
namespace {

constexpr std::size_t most_pairs = 600;

/// Beats a minute from first to last beat in [from, to); nothing of fewer than two.
std::optional<double> rate_between(const std::vector<double>& beats, double from_s, double to_s) {
  const auto first = std::lower_bound(beats.begin(), beats.end(), from_s);
  const auto end = std::lower_bound(beats.begin(), beats.end(), to_s);
  if (end - first < 2) return std::nullopt;
  return 60 * static_cast<double>(end - first - 1) / (*std::prev(end) - *first);
}

std::vector<double> reference_beats(const RecordResult& record) {
  std::vector<double> beats;
  for (const Annotation& one : record.reference.annotations) {
    if (beat_class(one.label, BeatMap::bxb) != 0)
      beats.push_back(static_cast<double>(one.tick) / record.reference.tick_hz);
  }
  return beats;
}

void add_pairs(const RecordResult& record, double start_s, double window_s, std::vector<AgreementPair>& pairs) {
  const std::vector<double> reference = reference_beats(record);
  std::vector<double> test;
  for (const Event& event : record.run.events) {
    if (event.kind == Said::Kind::event) test.push_back(event.t_s);
  }
  for (double from = start_s; from + window_s <= record.run.duration_s; from += window_s) {
    const double to = from + window_s;
    const bool unreadable = std::any_of(record.run.events.begin(), record.run.events.end(), [&](const Event& e) {
      return e.kind == Said::Kind::unreadable && e.t_start_s < to && e.t_end_s > from;
    });
    const auto a = rate_between(reference, from, to), b = rate_between(test, from, to);
    if (!unreadable && a && b) pairs.push_back({record.item.subject, *a, *b});
  }
}

}  // namespace

std::optional<Agreement> heart_rate_agreement(const StudyResult& result) {
  double judged_s = 0;
  for (const RecordResult& record : result.records) {
    if (record.role == Role::judged) judged_s += std::max(0.0, record.run.duration_s - result.spec.score.start_s);
  }
  double minutes = 1;
  while (judged_s / (60 * minutes) > most_pairs) minutes += 4;
  Agreement agreement;
  agreement.quantity = "Heart rate over " + plural(static_cast<std::int64_t>(minutes), "minute");
  agreement.unit = "beats a minute";
  for (const RecordResult& record : result.records) {
    if (record.role == Role::judged) add_pairs(record, result.spec.score.start_s, 60 * minutes, agreement.pairs);
  }
  std::map<std::string, std::int64_t> subjects;
  std::vector<MeasuredPair> measured;
  for (const AgreementPair& pair : agreement.pairs) {
    const auto number = subjects.emplace(pair.subject, static_cast<std::int64_t>(subjects.size())).first->second;
    measured.push_back({number, pair.test, pair.reference});
  }
  if (subjects.size() < 2) return std::nullopt;
  const LimitsOfAgreement limits = limits_of_agreement(measured);
  agreement.bias = limits.bias;
  agreement.low = limits.low;
  agreement.high = limits.high;
  agreement.method = "95 % intervals: bias " + fixed(limits.bias_interval.low, 3) + " to " +
                     fixed(limits.bias_interval.high, 3) + ", lower limit " + fixed(limits.low_interval.low, 3) +
                     " to " + fixed(limits.low_interval.high, 3) + ", upper limit " +
                     fixed(limits.high_interval.low, 3) + " to " + fixed(limits.high_interval.high, 3) +
                     ", by subject (Bland and Altman with several pairs a subject)" +
                     (limits.untrusted.empty() ? "" : "; not to be trusted: " + limits.untrusted);
  return agreement;
}

}  // namespace vagus::lab
