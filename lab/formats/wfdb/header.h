#pragma once
/// A WFDB header (.hea) as text and as a structure. Nothing here touches another file.
/// Source: header(5), WFDB Applications Guide, 10.7.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/signal/recording.h"

namespace vagus::lab::wfdb {

/// One signal's line.
struct SignalLine {
  std::string file;
  int format = 0;  ///< 8 16 24 ... ; 0: no samples are stored (a layout's or a null signal)
  std::int64_t samples_per_frame = 1;
  std::int64_t skew_frames = 0;  ///< frames of this signal that precede frame 0 of the record
  std::int64_t byte_offset = 0;  ///< of the first sample in the file
  double gain = 200;             ///< digital units per physical unit, not 0, finite
  bool calibrated = false;       ///< the header gave a usable gain; 200 is assumed where it gave none or 0
  std::int64_t baseline = 0;     ///< digital value of physical zero
  std::string units = "mV";
  bool units_given = false;
  std::int32_t resolution_bits = 0;  ///< of the converter, 0 where the header does not say
  std::int64_t adc_zero = 0;
  bool adc_zero_given = false;
  std::optional<std::int64_t> initial_value;
  std::optional<std::int64_t> checksum;  ///< sum of all samples, 16 bits
  std::int64_t block_size = 0;
  std::string description;  ///< UTF-8 (Latin-1 is translated); "" where the header has none
  int line = 0;             ///< 1-based, for messages
};

struct SegmentLine {
  std::string name;  ///< "~": nothing was recorded
  std::int64_t frames = 0;
  int line = 0;
};

struct Header {
  std::string name;
  double frame_rate_hz = 250;
  double counter_hz = 0;  ///< 0: not given
  double base_counter = 0;
  std::optional<std::int64_t> frames;   ///< not given (or 0): as long as the files
  std::optional<std::int64_t> time_us;  ///< since midnight
  std::optional<std::int64_t> days;     ///< since 1970-01-01
  bool multi_segment = false;
  std::vector<SignalLine> signals;  ///< of a single-segment record
  std::size_t signal_count = 0;     ///< as the record line says
  std::vector<SegmentLine> segments;
  std::vector<std::string> comments;  ///< without the '#', UTF-8, trimmed
  std::map<std::string, std::int64_t> repairs;

  /// A layout segment comes first, so signals differ from segment to segment.
  bool variable_layout() const { return multi_segment && !segments.empty() && segments.front().frames == 0; }
  /// Local clock where the header gives time and date.
  std::optional<Start> start() const;
};

/// Reads a header. `shown` names it in messages. Throws Error naming line and field on whatever cannot be read: no
/// record line, fewer signal lines than promised, negative counts, a rate that is not a positive number, an unknown
/// signal format. Mended and counted in `repairs`: "unusable gain" (NaN), "unreadable start time",
/// "extra header lines", "missing segment lines", "unreadable header fields" (initial value, checksum, block size).
Header parse_header(std::string_view text, const std::string& shown);

/// The header as text, lines ended by "\n". Numbers are printed so that they read back equal.
std::string format_header(const Header& header);

/// Whether the text begins (after comments) with a plausible record line and what follows it fits.
bool looks_like_header(std::string_view text);

/// The shortest decimal without an exponent that reads back equal: what every WFDB reader takes.
std::string plain(double value);

/// UTF-8 as it is, anything else taken as Latin-1.
std::string utf8(std::string_view text);

/// Days since 1970-01-01 of a civil date, and back (proleptic Gregorian).
std::int64_t days_from_civil(std::int64_t year, int month, int day);
struct Civil {
  std::int64_t year;
  int month, day;
};
Civil civil_from_days(std::int64_t days);

}  // namespace vagus::lab::wfdb
