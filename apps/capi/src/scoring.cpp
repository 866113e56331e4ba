/// Scores: two sides by a protocol.
#include <cmath>
#include <variant>

#include "apps/capi/src/handles.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/score/protocol.h"
#include "lab/score/sides.h"

using namespace vagus;
using capi::made;
using capi::need;

namespace {

struct Labels {
  std::shared_ptr<const lab::Recording> of;
  std::string track;
};

}  // namespace

struct vagus_marks {
  std::variant<std::string, Labels, std::shared_ptr<const lab::RunResult>, lab::Marks, lab::MarkedTable> from;
};

struct vagus_score {
  std::string json, table;
};

namespace {

/// What a side is to a protocol that compares annotations.
struct AsMarks {
  lab::Marks operator()(const std::string& name) const { return lab::named_marks(name); }
  lab::Marks operator()(const Labels& labels) const { return lab::marks_of(*labels.of, labels.track); }
  lab::Marks operator()(const std::shared_ptr<const lab::RunResult>& run) const { return lab::marks_of_run(*run); }
  lab::Marks operator()(const lab::Marks& marks) const { return marks; }
  lab::Marks operator()(const lab::MarkedTable&) const {
    throw lab::UsageError("this protocol compares moments at samples, not rows", "vagus_marks_of_samples");
  }
};

/// What a side is to a protocol that compares rows.
struct AsTable {
  lab::MarkedTable operator()(const std::string& name) const { return lab::named_table(name); }
  lab::MarkedTable operator()(const Labels& labels) const {
    if (labels.track.empty()) return lab::table_of(*labels.of);
    const lab::Track* track = labels.of->track(labels.track);
    if (track == nullptr) throw lab::Error("no annotations named " + labels.track, labels.of->name);
    lab::Recording one;  // its labels alone
    one.name = labels.of->name;
    one.tracks = {*track};
    lab::MarkedTable table = lab::table_of(one);
    table.duration_s = labels.of->duration_s();
    return table;
  }
  lab::MarkedTable operator()(const std::shared_ptr<const lab::RunResult>& run) const {
    return lab::table_of_run(*run);
  }
  lab::MarkedTable operator()(const lab::Marks&) const {
    throw lab::UsageError("this protocol compares rows, not moments at samples", "vagus_marks_of_rows");
  }
  lab::MarkedTable operator()(const lab::MarkedTable& table) const { return table; }
};

double number_of(const std::string& key, const std::string& text) {
  double value = 0;
  if (!lab::parse_double(text, value) || !std::isfinite(value))
    throw lab::UsageError("\"" + key + "\" is \"" + text + "\", which is not a number");
  return value;
}

lab::ScoreOptions options_of(const vagus_options* options) {
  lab::ScoreOptions how;
  if (options == nullptr) return how;
  for (const auto& [key, text] : options->given) {
    if (key == "from_s") {
      how.from_s = number_of(key, text);
    } else if (key == "to_s") {
      how.to_s = number_of(key, text);
      if (*how.to_s < 0) throw lab::UsageError("\"to_s\" must be 0 or more");
    } else if (key == "window_s") {
      how.window_s = number_of(key, text);
      if (!(how.window_s > 0)) throw lab::UsageError("\"window_s\" must be above 0");
    } else if (key == "map" && (text == "bxb" || text == "ec57")) {
      how.map = text == "ec57" ? lab::BeatMap::ec57 : lab::BeatMap::bxb;
    } else if (key == "rule" && (text == "fall" || text == "crash")) {
      how.rule = text == "crash" ? lab::EventRule::crash : lab::EventRule::fall;
    } else {
      throw lab::UsageError(std::string("a score takes no \"").append(key).append("\" = \"").append(text).append("\""),
                            "from_s, to_s, window_s, map (bxb, ec57), rule (fall, crash)");
    }
  }
  return how;
}

lab::MarkedRow row_of(const vagus_row& row) {
  return {row.t_start_s,
          row.t_end_s,
          row.t_impact_s,
          row.score,
          row.kind == nullptr ? "" : row.kind,
          row.label == nullptr ? "" : row.label};
}

}  // namespace

extern "C" {

vagus_marks* vagus_marks_of_name(const char* name, vagus_error** error) {
  return made(error, [&] {
    need(name, "name");
    return new vagus_marks{std::string(name)};
  });
}
vagus_marks* vagus_marks_of_recording(const vagus_recording* recording, const char* track, vagus_error** error) {
  return made(error, [&] {
    need(recording, "recording");
    return new vagus_marks{Labels{recording->held, track == nullptr ? "" : track}};
  });
}
vagus_marks* vagus_marks_of_result(const vagus_result* result, vagus_error** error) {
  return made(error, [&] {
    need(result, "result");
    return new vagus_marks{result->held};
  });
}
vagus_marks* vagus_marks_of_samples(const int64_t* samples, const char* const* labels, size_t count,
                                    const int64_t* unreadable, size_t stretches, double rate_hz, vagus_error** error) {
  return made(error, [&] {
    if (count > 0) need(samples, "samples");
    if (stretches > 0) need(unreadable, "unreadable");
    if (!(rate_hz >= 0) || !std::isfinite(rate_hz)) throw lab::UsageError("rate_hz is a number of Hz, or 0");
    std::vector<std::string> texts;
    for (size_t i = 0; labels != nullptr && i < count; ++i) {
      need(labels[i], "a label");
      texts.emplace_back(labels[i]);
    }
    return new vagus_marks{lab::marks_of_moments(std::vector<std::int64_t>(samples, samples + count), texts, rate_hz,
                                                 std::vector<std::int64_t>(unreadable, unreadable + 2 * stretches))};
  });
}
vagus_marks* vagus_marks_of_rows(const vagus_row* rows, size_t count, double duration_s, vagus_error** error) {
  return made(error, [&] {
    if (count > 0) need(rows, "rows");
    std::vector<lab::MarkedRow> all;
    for (size_t i = 0; i < count; ++i) all.push_back(row_of(rows[i]));
    return new vagus_marks{lab::table_of_rows(std::move(all), duration_s)};
  });
}
void vagus_marks_free(vagus_marks* marks) { delete marks; }

vagus_score* vagus_score_new(const char* protocol, const vagus_marks* reference, const vagus_marks* test,
                             const vagus_options* options, vagus_error** error) {
  return made(error, [&] {
    need(protocol, "protocol");
    need(reference, "reference");
    need(test, "test");
    const lab::Protocol& how = lab::protocol(protocol);
    const lab::ScoreOptions part = options_of(options);
    const lab::Scored scored =
        how.score != nullptr
            ? how.score(std::visit(AsMarks{}, reference->from), std::visit(AsMarks{}, test->from), part)
            : how.score_tables(std::visit(AsTable{}, reference->from), std::visit(AsTable{}, test->from), part);
    return new vagus_score{scored.json.dump(), scored.table};
  });
}
const char* vagus_score_json(const vagus_score* score) { return score == nullptr ? "" : score->json.c_str(); }
const char* vagus_score_table(const vagus_score* score) { return score == nullptr ? "" : score->table.c_str(); }
void vagus_score_free(vagus_score* score) { delete score; }

}  // extern "C"
