#pragma once
/// Beat-by-beat comparison by ANSI/AAMI EC57, count for count as the WFDB program `bxb` (10.4 of 2002 and later).
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/signal/annotation.h"

namespace vagus::lab {

/// Which class an annotation counts in. Both: V = V E r, F = F, Q = / f Q ?, and a flutter wave (!) outside [ ] is a
/// beat of no class, as bxb has it. They differ in the escape beats.
enum class BeatMap : std::uint8_t {
  bxb,   ///< N = N L R B, S = A a J S n e j
  ec57,  ///< N = N L R B e j, S = A a J S n
};
std::string_view name(BeatMap map);
/// The map in one line: "N = N L R B, S = A a J S n e j, ...".
std::string_view describe(BeatMap map);
/// 'N' 'S' 'V' 'F' 'Q', 'O' for a flutter wave, 0 for whatever is not a beat. `label` is a WFDB mnemonic.
char beat_class(std::string_view label, BeatMap map);

struct Ec57Options {
  double from_s = 300;     ///< learning period
  double to_s = -1;        ///< < 0: the end
  double window_s = 0.15;  ///< match window
  double duration_s = -1;  ///< of the record, where known; < 0: unknown, scored to the last reference annotation
  double clock_hz = 0;     ///< ticks are brought to this clock before they are compared, as bxb does with the record's
                           ///< sampling rate; 0: the reference's
  BeatMap map = BeatMap::bxb;
};

/// So many out of so many; NaN where there are none.
struct Share {
  std::int64_t hits = 0, of = 0;
  double value() const;
};

/// What one record's comparison counted, or the sum over several.
struct Ec57 {
  std::int64_t tp = 0, fn = 0, fp = 0;
  /// Reference class (N S V F Q, O none, X unreadable) and test class (n s v f q, o none, x unreadable): "Nn", "Nv",
  /// "No", "On" ... as bxb -S prints them. All 45 cells are there.
  std::map<std::string, std::int64_t> matrix;
  double shutdown_s = 0;         ///< the test's unreadable time in whole seconds, as bxb rounds it
  double rr_square_sum_ms2 = 0;  ///< over consecutive matched pairs
  std::int64_t rr_pairs = 0;
  double rr_bxb_square_sum_ms2 = 0;  ///< as bxb sums it: at every pair, misses and extra beats included
  std::int64_t rr_bxb_pairs = 0;
  std::vector<std::int64_t> missed;  ///< ticks (of the clock compared on) of reference beats not found
  std::vector<std::int64_t> extra;   ///< ticks of test beats without a reference
  double clock_hz = 0;               ///< the clock compared on; 0 in a sum over different ones
  BeatMap map = BeatMap::bxb;

  Ec57();
  double se() const;  ///< NaN where undefined
  double ppv() const;
  double rr_rms_ms() const;
  double rr_rms_bxb_ms() const;
  Share sensitivity() const { return {tp, tp + fn}; }
  Share predictivity() const { return {tp, tp + fp}; }
  /// Of one class, 'V' or 'S', with bxb's denominators: fusion and unknown beats called V are no false ones; for S,
  /// unknown beats.
  Share class_sensitivity(char beat) const;
  Share class_predictivity(char beat) const;
  std::int64_t cell(const char* key) const { return matrix.at(key); }

  /// Adds another record's counts; `missed` and `extra` are of one record and are dropped.
  Ec57& operator+=(const Ec57& other);
  Json json() const;  ///< as OUTPUTS, then the map used and bxb's own RR figure
};

/// Compares test to reference annotations (WFDB labels, in order of tick); `*_hz` are their tick rates. [ ... ] are
/// ventricular flutter, ~ with bits 4 and 5 of its subtype set (-1) starts an unreadable stretch. Throws UsageError for
/// a window, start, end or clock that cannot be, and Error if the record ends before `from_s`. Source: EC57:2012 4.3
/// and the published behaviour of bxb (WFDB Applications Guide).
Ec57 ec57(const std::vector<Annotation>& reference, double reference_hz, const std::vector<Annotation>& test,
          double test_hz, const Ec57Options& options = {});

/// One line of a table over records.
struct Ec57Row {
  std::string recording;
  Ec57 counts;
};
/// The sum of all records, for the gross figures.
Ec57 gross(const std::vector<Ec57Row>& rows);
/// Mean over the records where the share is defined; NaN if in none.
double average(const std::vector<Ec57Row>& rows, Share (Ec57::*share)() const);
/// A table of text: a line a record, then sums, gross and average figures as bxb -L and sumstats have them.
std::string ec57_table(const std::vector<Ec57Row>& rows);

}  // namespace vagus::lab
