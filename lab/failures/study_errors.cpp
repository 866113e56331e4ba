#include "lab/failures/study_errors.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "lab/base/numbers.h"
#include "lab/base/text.h"
#include "lab/failures/beat_context.h"
#include "lab/failures/event_rows.h"

namespace vagus::lab {
namespace {

/// Attributes of more words than these are names more than kinds.
constexpr std::size_t most_words = 12;

/// Columns of several recordings one after another: words are told by one list.
class Joined {
 public:
  explicit Joined(ErrorTable& table) : table_(table) {}
  void append(const ContextColumn& from, std::size_t rows_before) {
    auto at = std::find_if(table_.columns.begin(), table_.columns.end(),
                           [&](const ErrorColumn& c) { return c.name == from.name; });
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
void add_attributes(StudyErrors& out, const StudyResult& result) {
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
    ErrorColumn column{key, key, "", {}, {}};
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

void append(StudyErrors& out, const RecordRows& rows, std::uint32_t record) {
  const std::size_t first = out.table.rows(), count = rows.t_s.size();
  out.table.subject.resize(first + count, static_cast<std::uint32_t>(out.table.subjects.size() - 1));
  out.record.resize(first + count, record);
  out.t_s.insert(out.t_s.end(), rows.t_s.begin(), rows.t_s.end());
  for (std::size_t k = 0; k < out.table.kinds.size(); ++k) {
    ErrorKind& kind = out.table.kinds[k];
    kind.exposure.insert(kind.exposure.end(), rows.exposure[k].begin(), rows.exposure[k].end());
    kind.errors.resize(first + count, 0);
  }
  Joined joined(out.table);
  for (const ContextColumn& column : rows.columns) joined.append(column, first);
  for (ErrorMoment error : rows.errors) {
    error.record = record;
    error.row += static_cast<std::uint32_t>(first);
    ++out.table.kinds[error.kind].errors[error.row];
    out.errors.push_back(error);
  }
}

}  // namespace

StudyErrors join_rows(const StudyResult& result, std::vector<ErrorKind> kinds, std::vector<RecordRows> rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::string &x = result.records[a].item.subject, &y = result.records[b].item.subject;
    return natural_less(x, y) || (!natural_less(y, x) && x < y);
  });
  StudyErrors out;
  out.table.kinds = std::move(kinds);
  for (const std::size_t i : order) {
    if (rows[i].t_s.empty()) continue;
    const std::string& subject = result.records[i].item.subject;
    if (out.table.subjects.empty() || out.table.subjects.back() != subject) out.table.subjects.push_back(subject);
    append(out, rows[i], static_cast<std::uint32_t>(i));
    rows[i] = {};
  }
  for (ErrorColumn& column : out.table.columns) column.values.resize(out.table.rows(), unknown_value);
  std::stable_sort(out.errors.begin(), out.errors.end(), [](const ErrorMoment& a, const ErrorMoment& b) {
    return a.record != b.record ? a.record < b.record : a.kind < b.kind;
  });
  add_attributes(out, result);
  check(out.table);
  return out;
}

StudyErrors study_errors(const StudyResult& result, const Source& source, const Cache& cache, int threads) {
  const std::string& protocol = result.spec.score.protocol;
  if (protocol == "events") return event_errors(result, source, threads);
  if (protocol == "windows") return window_errors(result);
  return beat_errors(result, source, cache, threads);
}

}  // namespace vagus::lab
