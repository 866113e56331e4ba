#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/progress.h"
#include "lab/failures/beat_context.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

BeatContext context_step(const StudyResult& result, const RecordResult& record, const Source& source,
                         const Cache& cache) {
  Hasher hasher;
  hasher.field("beat context").field(context_code()).field(detector_code()).field(result.run_key);
  hasher.field(record.item.labels_hash).field(result.spec.score.reference).field(result.spec.score.start_s);
  hasher.field(record.run.channel);
  const std::string key = hasher.hex() + ".context";
  const bool kept_by_labels = !record.item.labels_hash.empty();
  if (kept_by_labels) {
    if (const auto bytes = cache.get(record.item.signal_hash, key))
      if (auto kept = unpack_beat_context(*bytes)) return *std::move(kept);
  }
  BeatContext fresh = beat_context(record, source.load(record.item), result.spec.score.start_s);
  if (kept_by_labels) cache.put(record.item.signal_hash, key, pack(fresh));
  return fresh;
}

/// The row of a moment among those of one recording.
std::size_t row_of(const BeatContext& context, double t_s) {
  const auto next = std::upper_bound(context.start_s.begin(), context.start_s.end(), t_s);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(next - context.start_s.begin() - 1, 0));
}

/// The row of a beat of the reference: the nearest that has one.
std::size_t beat_row_of(const BeatContext& context, double t_s) {
  const std::size_t at = row_of(context, t_s);
  std::size_t best = at;
  double away = std::numeric_limits<double>::infinity();
  for (std::size_t i = at - std::min<std::size_t>(at, 2); i < std::min(context.t_s.size(), at + 3); ++i) {
    if (context.beats[i] == 0 || std::abs(context.t_s[i] - t_s) >= away) continue;
    away = std::abs(context.t_s[i] - t_s);
    best = i;
  }
  return best;
}

RecordRows rows_of(const RecordResult& record, const BeatContext& context) {
  RecordRows out;
  out.exposure.resize(2);
  const std::size_t rows = context.t_s.size();
  for (std::size_t i = 0; i < rows; ++i) {
    const double end = i + 1 < rows ? context.start_s[i + 1] : context.end_s;
    out.exposure[0].push_back(context.beats[i]);
    out.exposure[1].push_back(static_cast<float>(std::max(end - context.start_s[i], 1e-3)));
  }
  if (rows == 0) return out;
  const double hz = record.scored.clock_hz;
  const auto add = [&](std::uint32_t kind, std::size_t row, double t_s) {
    out.errors.push_back({kind, 0, static_cast<std::uint32_t>(row), t_s});
  };
  for (const std::int64_t tick : record.scored.missed) {
    const double t_s = static_cast<double>(tick) / hz;
    const std::size_t row = beat_row_of(context, t_s);
    if (context.beats[row] > 0) add(0, row, t_s);
  }
  for (const std::int64_t tick : record.scored.extra) {
    const double t_s = static_cast<double>(tick) / hz;
    add(1, row_of(context, t_s), t_s);
  }
  return out;
}

}  // namespace

StudyErrors beat_errors(const StudyResult& result, const Source& source, const Cache& cache, int threads) {
  const auto& records = result.records;
  std::vector<RecordRows> rows(records.size());
  Progress progress("context", static_cast<std::int64_t>(records.size()));
  on_cores(records.size(), threads, [&](std::size_t i) {
    BeatContext context = context_step(result, records[i], source, cache);
    rows[i] = rows_of(records[i], context);
    rows[i].t_s = std::move(context.t_s);
    rows[i].columns = std::move(context.columns);
    progress.advance();
  });
  StudyErrors out = join_rows(
      result, {{"missed", "missed beats", "the beats", {}, {}}, {"false", "false beats", "the signal", {}, {}}},
      std::move(rows));
  for (ErrorColumn& column : out.table.columns)
    column.secondary = column.name == "signal_quality" || column.name == "called";
  return out;
}

}  // namespace vagus::lab
