#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/progress.h"
#include "lab/base/text.h"
#include "lab/failures/beat_context.h"
#include "lab/store/hash.h"

namespace vagus::lab {
namespace {

/// Attributes of more words than these are names more than kinds.
constexpr std::size_t most_words = 12;

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

/// Columns of several recordings one after another: words are told by one list.
class Joined {
 public:
  explicit Joined(ErrorTable& table) : table_(table) {}
  void append(const ContextColumn& from, std::size_t rows_before) {
    auto at = std::find_if(table_.columns.begin(), table_.columns.end(),
                           [&](const Column& c) { return c.name == from.name; });
    if (at == table_.columns.end()) {
      table_.columns.push_back({from.name, from.what, from.unit, {}, {}});
      at = std::prev(table_.columns.end());
    }
    at->values.resize(rows_before, unknown_value);
    std::vector<float> code(from.words.size());
    for (std::size_t w = 0; w < code.size(); ++w) {
      const auto word = std::find(at->words.begin(), at->words.end(), from.words[w]);
      code[w] = static_cast<float>(word - at->words.begin());
      if (word == at->words.end()) at->words.push_back(from.words[w]);
    }
    for (const float value : from.values)
      at->values.push_back(code.empty() || std::isnan(value) ? value : code[static_cast<std::size_t>(value)]);
  }

 private:
  ErrorTable& table_;
};

/// What is known of recordings, where it differs between some of them and does not name one.
void add_attributes(BeatTable& out, const StudyResult& result) {
  static const std::set<std::string> names_one = {"recording",  "subject", "session",
                                                  "duration_s", "split",   "simulated"};
  std::map<std::string, std::set<std::string>> values;
  for (const RecordResult& record : result.records) {
    values["lead"].insert(record.run.channel);
    for (const auto& [key, value] : record.item.attributes)
      if (!names_one.contains(key)) values[key].insert(value);
  }
  for (const auto& [key, distinct] : values) {
    double number = 0;
    const bool numeric = std::all_of(distinct.begin(), distinct.end(), [&](const std::string& v) {
      return parse_double(v, number) && std::isfinite(number);
    });
    if (distinct.size() < 2 || (!numeric && distinct.size() > most_words)) continue;
    Column column{key, key, "", {}, {}};
    if (!numeric) column.words.assign(distinct.begin(), distinct.end());
    std::vector<float> of_record;
    for (const RecordResult& record : result.records) {
      const auto at = record.item.attributes.find(key);
      const std::string value = key == "lead"                        ? record.run.channel
                                : at != record.item.attributes.end() ? at->second
                                                                     : std::string();
      if (numeric) {
        of_record.push_back(parse_double(value, number) ? static_cast<float>(number) : unknown_value);
      } else {
        const auto word = std::find(column.words.begin(), column.words.end(), value);
        of_record.push_back(word == column.words.end() ? unknown_value
                                                       : static_cast<float>(word - column.words.begin()));
      }
    }
    for (const std::uint32_t record : out.record) column.values.push_back(of_record[record]);
    out.table.columns.push_back(std::move(column));
  }
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

void add_errors(BeatTable& out, const RecordResult& record, const BeatContext& context, std::size_t first) {
  ErrorKind &missed = out.table.kinds[0], &extra = out.table.kinds[1];
  const std::size_t rows = context.t_s.size();
  for (std::size_t i = 0; i < rows; ++i) {
    const double end = i + 1 < rows ? context.start_s[i + 1] : context.end_s;
    missed.errors.push_back(0);
    missed.exposure.push_back(context.beats[i]);
    extra.errors.push_back(0);
    extra.exposure.push_back(static_cast<float>(std::max(end - context.start_s[i], 1e-3)));
  }
  const double hz = record.scored.clock_hz;
  for (const std::int64_t tick : record.scored.missed) {
    const std::size_t row = first + beat_row_of(context, static_cast<double>(tick) / hz);
    if (missed.exposure[row] > 0) ++missed.errors[row];
  }
  for (const std::int64_t tick : record.scored.extra)
    ++extra.errors[first + row_of(context, static_cast<double>(tick) / hz)];
}

}  // namespace

BeatTable beat_table(const StudyResult& result, const Source& source, const Cache& cache, int threads) {
  const auto& records = result.records;
  std::vector<BeatContext> contexts(records.size());
  Progress progress("context", static_cast<std::int64_t>(records.size()));
  on_cores(records.size(), threads, [&](std::size_t i) {
    contexts[i] = context_step(result, records[i], source, cache);
    progress.advance();
  });
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::string &x = records[a].item.subject, &y = records[b].item.subject;
    return natural_less(x, y) || (!natural_less(y, x) && x < y);
  });
  BeatTable out;
  out.table.kinds.push_back({"missed", "missed beats", "the beats", {}, {}});
  out.table.kinds.push_back({"false", "false beats", "the signal", {}, {}});
  Joined joined(out.table);
  for (const std::size_t i : order) {
    const BeatContext& context = contexts[i];
    if (context.t_s.empty()) continue;
    const std::string& subject = records[i].item.subject;
    if (out.table.subjects.empty() || out.table.subjects.back() != subject) out.table.subjects.push_back(subject);
    const std::size_t first = out.table.rows();
    out.table.subject.resize(first + context.t_s.size(), static_cast<std::uint32_t>(out.table.subjects.size() - 1));
    out.record.resize(first + context.t_s.size(), static_cast<std::uint32_t>(i));
    out.t_s.insert(out.t_s.end(), context.t_s.begin(), context.t_s.end());
    out.start_s.insert(out.start_s.end(), context.start_s.begin(), context.start_s.end());
    for (const ContextColumn& column : context.columns) joined.append(column, first);
    add_errors(out, records[i], context, first);
  }
  for (Column& column : out.table.columns) column.values.resize(out.table.rows(), unknown_value);
  for (Column& column : out.table.columns)
    column.secondary = column.name == "signal_quality" || column.name == "called";
  add_attributes(out, result);
  check(out.table);
  return out;
}

}  // namespace vagus::lab
