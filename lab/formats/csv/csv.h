#pragma once
/// Canonical CSV, as OUTPUTS has it: one time column, then columns CHANNEL_UNIT, an empty cell is a missing sample.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/formats/read.h"
#include "lab/formats/volume.h"
#include "lab/signal/recording.h"

namespace vagus::lab {

/// Where a recording's clock begins: what its time column said at `t_s` = 0.
struct Clock {
  std::int64_t us = 0;  ///< whole microseconds: a record may say the year 2896, which no count of nanoseconds reaches
  std::int64_t ns = 0;  ///< the rest, 0 to 999

  static Clock from_ns(std::int64_t ns) {
    const std::int64_t rest = (ns % 1000 + 1000) % 1000;
    return {(ns - rest) / 1000, rest};
  }
  friend bool operator<(const Clock& a, const Clock& b) { return a.us != b.us ? a.us < b.us : a.ns < b.ns; }
  double seconds_after(const Clock& earlier) const {
    return 1e-6 * (static_cast<double>(us) - static_cast<double>(earlier.us)) +
           1e-9 * static_cast<double>(ns - earlier.ns);
  }
};

/// Reads canonical CSV. Byte-order mark, CR LF, blanks around cells, quoted cells and trailing separators are taken;
/// "nan", "NA" and "null" are missing samples. Stamps go on an even grid by lab/signal/even_grid.h.
/// Repairs counted: "unreadable cells" (became missing), "short rows", "long rows", "cut last row" (dropped), and those
/// of even_grid.
/// `start` is set where the time column tells it: t_iso, or a count of the years 2001 to 2096 since 1970.
/// Throws Error naming file, row and column: no header, an unknown column or unit (with the nearest right one), other
/// separators, no row, no sample that can be read, no rate.
/// Speed: over 100 MB/s.
Recording read_csv(const Location& where, const ReadOptions& options = {}, Clock* clock = nullptr);

/// Writes canonical CSV, whole or not at all: `t_s` in nanoseconds' digits, values as the shortest decimals of their
/// floats, missing ones empty; a channel that has no canonical name is left out (`left_out_of_csv`).
/// `t_iso` is written instead where the start is known in UTC.
/// Throws Error where channels have different time axes, or none can be written.
void write_csv(const Recording& recording, const std::string& path);
/// The canonical column of each channel, told apart where several are of one kind; nothing where there is none.
std::vector<std::optional<std::string>> csv_columns(const Recording& recording);
/// Names of the channels that canonical CSV has no column for.
std::vector<std::string> left_out_of_csv(const Recording& recording);

/// Reads FILE.ann.csv (`t_start_s,t_end_s,track,label`; an empty `t_end_s` is a moment) or the events that
/// `vagus run --csv` writes (`t_s` or `t_start_s,t_end_s`, any further columns): one track for each name in `track`,
/// "events" where there is no such column. The label is `label`, else the first of class, event, rhythm, type, reason.
/// Ticks are microseconds since the recording's start. Throws Error naming file, row and column.
std::vector<Track> read_annotation_csv(const Location& where);
/// The same of a recording's tracks, as text; a fifth column `text` only where a mark has one (WFDB's "(AFIB").
std::string annotation_csv(const Recording& recording);
bool looks_like_annotation_csv(std::string_view start);
/// Whether the first line begins with one of the time columns, or is the header of what was meant as one.
bool looks_like_csv(std::string_view start);

/// A stretch's rows as they come from standard input.
struct CsvPiece {
  bool begins_stretch = false;
  std::int64_t first_row = 0;               ///< of this piece
  double t_start_s = 0;                     ///< time of `first_row`, since the first row of all
  double rate_hz = 0;                       ///< the rate held
  std::vector<std::vector<float>> columns;  ///< one a channel, all of the same length
  std::vector<InputRows::Run> input_rows;   ///< where rows are not what follows in the input
  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
};

/// Canonical CSV line by line. The first 10 s of rows are held back to find the rate, which is then held; after that
/// every line fed comes out at once. Throws what read_csv does.
/// Stamps that run backwards by more than a gap, or repeat in an even stream, are dropped and counted.
class CsvStream {
 public:
  explicit CsvStream(std::string shown = "standard input");
  ~CsvStream();
  CsvStream(CsvStream&&) noexcept;
  CsvStream& operator=(CsvStream&&) noexcept;

  /// Takes the next bytes, cut anywhere; gives the rows that are complete.
  std::vector<CsvPiece> feed(std::string_view bytes);
  /// The input has ended. Throws Error if there was no row, or no rate.
  std::vector<CsvPiece> finish();

  /// Known once the header line was fed; without samples.
  const std::vector<Channel>& channels() const;
  /// 0 until it is known.
  double rate_hz() const;
  double jitter_ms() const;
  /// End of the last row since the first, in seconds.
  double duration_s() const;
  std::optional<Start> start() const;
  const std::map<std::string, std::int64_t>& repairs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vagus::lab
