#include <algorithm>
#include <cmath>
#include <limits>

#include "lab/base/error.h"
#include "lab/formats/csv/columns.h"
#include "lab/formats/csv/csv.h"
#include "lab/formats/csv/rows.h"
#include "lab/signal/even_grid.h"

namespace vagus::lab {
namespace {

constexpr double held_back_s = 10;
constexpr std::size_t longest_line = 1 << 20;

double seconds(std::int64_t later_ns, std::int64_t earlier_ns) {
  return 1e-9 * (static_cast<double>(later_ns) - static_cast<double>(earlier_ns));
}

}  // namespace

struct CsvStream::State {
  std::string shown;
  std::string partial;  // a line not yet ended
  std::optional<csv::RowReader> rows;
  std::vector<Channel> channels;
  std::optional<Start> start;
  std::map<std::string, std::int64_t> repairs;
  std::int64_t origin_ns = csv::no_stamp;
  std::int64_t newest_ns = csv::no_stamp;  // the last stamp that could be read
  bool running = false;                    // the rate is found
  bool even = false;
  double rate_hz = 0, jitter_ms = 0, threshold_s = 0;
  // The stretch that is being written.
  double stretch_start_s = 0, last_stamp_s = 0;
  std::int64_t stretch_row = 0, next_row = 0;
  std::int64_t rows_taken = 0;  // of the input, those dropped among them
  InputRows input_rows;
  // Rows whose stamps run backwards or repeat: the next one that does not tells whether there is room for them.
  struct Waiting {
    std::vector<float> values;
    std::int64_t input_row;
  };
  std::vector<Waiting> waiting;

  double placed(std::int64_t row) const { return stretch_start_s + static_cast<double>(row - stretch_row) / rate_hz; }

  CsvPiece piece(bool begins) const {
    CsvPiece out;
    out.begins_stretch = begins;
    out.first_row = next_row;
    out.t_start_s = placed(next_row);
    out.rate_hz = rate_hz;
    out.columns.resize(channels.size());
    return out;
  }

  void line(std::string_view text, bool last) {
    if (!rows) {
      rows.emplace(csv::read_header(text, shown), shown);
      channels = rows->header().channels;
      return;
    }
    const std::size_t before = rows->stamps.size();
    rows->line(text, last);
    if (rows->stamps.size() > before && rows->stamps.back() != csv::no_stamp) newest_ns = rows->stamps.back();
    if (origin_ns == csv::no_stamp && !rows->stamps.empty() && rows->stamps.back() != csv::no_stamp) {
      origin_ns = rows->stamps.back();
      if (rows->header().time == csv::TimeColumn::iso) start = start_from_iso(csv::first_cell(text));
    }
  }

  /// Whether the rows held back span enough time to find the rate.
  bool enough() const {
    if (!rows || origin_ns == csv::no_stamp) return false;
    return seconds(newest_ns, origin_ns) >= held_back_s && rows->stamps.size() > 1;
  }

  void find_rate(std::vector<CsvPiece>& out) {
    std::vector<double> stamps(rows->stamps.size());
    std::transform(rows->stamps.begin(), rows->stamps.end(), stamps.begin(), [&](std::int64_t stamp) {
      return stamp == csv::no_stamp ? std::numeric_limits<double>::quiet_NaN() : seconds(stamp, origin_ns);
    });
    Grid grid;
    try {
      grid = even_grid(stamps);
    } catch (const Error& e) {
      throw Error(e.what(), shown + " column 1");
    }
    for (const auto& [what, count] : grid.repairs) repairs[what] += count;
    rate_hz = grid.time.rate_hz;
    jitter_ms = grid.time.jitter_ms;
    threshold_s = gap_threshold_s(1 / rate_hz);
    even = jitter_ms < 250 / rate_hz;
    running = true;
    const double earliest = grid.time.stretches.front().t_start_s;
    origin_ns += static_cast<std::int64_t>(std::llround(1e9 * earliest));
    if (csv::counts_from_1970(origin_ns, rows->header().time)) {
      const bool local = start && !start->utc;
      start = Start{origin_ns / 1000, start ? start->zone_minutes : std::nullopt, !local};
    }
    for (const Stretch& stretch : grid.time.stretches) {
      stretch_row = next_row;
      stretch_start_s = stretch.t_start_s - earliest;
      CsvPiece now = piece(true);
      for (std::int64_t k = stretch.first_row; k < stretch.first_row + stretch.rows; ++k) {
        const auto row =
            static_cast<std::size_t>(grid.kept_rows.empty() ? k : grid.kept_rows[static_cast<std::size_t>(k)]);
        push(now, row, next_row + k - stretch.first_row);
      }
      next_row += stretch.rows;
      last_stamp_s = stretch.time_of(stretch.first_row + stretch.rows - 1) - earliest;
      out.push_back(std::move(now));
    }
    forget();
  }

  /// The row held at place `held` is row `row` of what comes out.
  void push(CsvPiece& to, std::size_t held, std::int64_t row) {
    for (std::size_t i = 0; i < to.columns.size(); ++i) to.columns[i].push_back(rows->columns[i][held]);
    note(to, row, rows_taken + static_cast<std::int64_t>(held));
  }

  void note(CsvPiece& to, std::int64_t row, std::int64_t input_row) {
    const std::size_t runs = input_rows.runs().size();
    input_rows.note(row, input_row);
    if (input_rows.runs().size() > runs) to.input_rows.push_back(input_rows.runs().back());
  }

  /// Keeps a row that may have its place before the next one; more than a gap's worth of them have none.
  void wait(std::size_t held) {
    if (static_cast<double>(waiting.size()) > threshold_s * rate_hz) return;
    Waiting row{{}, rows_taken + static_cast<std::int64_t>(held)};
    for (const std::vector<float>& column : rows->columns) row.values.push_back(column[held]);
    waiting.push_back(std::move(row));
  }

  /// Rows that wait are put before one that comes `step` after the last if there is room for all, else dropped.
  void settle(double step, std::vector<CsvPiece>& out) {
    const bool room = step * rate_hz > static_cast<double>(waiting.size()) + 0.5;
    for (const Waiting& row : waiting) {
      if (!room) break;
      if (out.empty()) out.push_back(piece(false));
      CsvPiece& to = out.back();
      for (std::size_t i = 0; i < to.columns.size(); ++i) to.columns[i].push_back(row.values[i]);
      note(to, next_row++, row.input_row);
      last_stamp_s += 1 / rate_hz;
    }
    waiting.clear();
  }

  void forget() {
    rows_taken += static_cast<std::int64_t>(rows->stamps.size());
    rows->stamps.clear();
    for (std::vector<float>& column : rows->columns) column.clear();
  }

  void take_rows(std::vector<CsvPiece>& out) {
    for (std::size_t row = 0; row < rows->stamps.size(); ++row) {
      const bool readable = rows->stamps[row] != csv::no_stamp;
      const double stamp = readable ? seconds(rows->stamps[row], origin_ns) : last_stamp_s + 1 / rate_hz;
      double step = stamp - last_stamp_s;
      if (!readable) ++repairs["unreadable stamps"];
      if (step == 0) ++repairs["duplicated stamps"];
      if (step < 0) ++repairs["out of order stamps"];
      if ((step <= 0 && even) || step < -threshold_s) {
        wait(row);
        continue;
      }
      if (!waiting.empty()) {
        settle(step, out);
        step = stamp - last_stamp_s;
      }
      const bool gap = step > threshold_s + 1e-9;
      if (gap) {
        stretch_start_s = std::max(stamp, placed(next_row));
        stretch_row = next_row;
      }
      if (out.empty() || gap) out.push_back(piece(gap));
      push(out.back(), row, next_row);
      jitter_ms = std::max(jitter_ms, readable ? 1000 * std::abs(placed(next_row) - stamp) : 0);
      if (jitter_ms < 1e-5) jitter_ms = 0;
      last_stamp_s = std::max(last_stamp_s, stamp);
      ++next_row;
    }
    forget();
  }
};

CsvStream::CsvStream(std::string shown) : state_(std::make_unique<State>()) { state_->shown = std::move(shown); }
CsvStream::~CsvStream() = default;
CsvStream::CsvStream(CsvStream&&) noexcept = default;
CsvStream& CsvStream::operator=(CsvStream&&) noexcept = default;

std::vector<CsvPiece> CsvStream::feed(std::string_view bytes) {
  State& s = *state_;
  std::vector<CsvPiece> out;
  while (!bytes.empty()) {
    if (bytes.front() == '\n' && s.partial.empty() && s.rows) {
      const std::size_t blank = std::min(bytes.find_first_not_of('\n'), bytes.size());
      s.rows->blank(blank);
      bytes.remove_prefix(blank);
      continue;
    }
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      s.partial += bytes;
      if (s.partial.size() > longest_line) throw Error("a line of more than 1 MiB", s.shown);
      break;
    }
    if (s.partial.empty()) {
      s.line(bytes.substr(0, end), false);
    } else {
      s.partial += bytes.substr(0, end);
      s.line(s.partial, false);
      s.partial.clear();
    }
    bytes.remove_prefix(end + 1);
    if (!s.running && s.enough()) s.find_rate(out);
  }
  if (s.running) s.take_rows(out);
  return out;
}

std::vector<CsvPiece> CsvStream::finish() {
  State& s = *state_;
  std::vector<CsvPiece> out;
  if (!s.partial.empty()) s.line(s.partial, true);
  s.partial.clear();
  if (!s.rows) throw Error("nothing to read", s.shown, "canonical CSV begins with t_s and columns such as ecg_mv");
  if (s.running) {
    s.take_rows(out);
  } else {
    s.rows->demand_samples();
    if (s.origin_ns == csv::no_stamp) throw Error("no time can be read", s.shown + " column 1");
    s.find_rate(out);
  }
  s.rows->damage().count_into(s.repairs);
  if (s.rows->damage().readable_cells == 0)
    throw Error("no sample can be read", s.shown + " " + s.rows->damage().first);
  return out;
}

const std::vector<Channel>& CsvStream::channels() const { return state_->channels; }
double CsvStream::rate_hz() const { return state_->rate_hz; }
double CsvStream::jitter_ms() const { return state_->jitter_ms; }
double CsvStream::duration_s() const { return state_->running ? state_->placed(state_->next_row) : 0; }
std::optional<Start> CsvStream::start() const { return state_->start; }
const std::map<std::string, std::int64_t>& CsvStream::repairs() const { return state_->repairs; }

}  // namespace vagus::lab
