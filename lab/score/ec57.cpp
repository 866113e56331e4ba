#include "lab/score/ec57.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

// Later than any tick, with room for differences.
constexpr std::int64_t never = std::int64_t{1} << 62;
constexpr char no_beat = '*';   // what stands at `never`, and in the place of beats that are not counted
constexpr char phantom = '\0';  // stands at tick 0 before the first annotation was read
constexpr const char* rows = "NSVFQOX";
constexpr const char* columns = "nsvfqox";

/// Halves go up, as WFDB's strtim and getann have it (truncation after adding a half, below 0 as well).
std::int64_t rounded(double ticks) { return static_cast<std::int64_t>(std::trunc(ticks + 0.5)); }

/// A marked stretch [on, off]. `off` < 0: no end is known.
struct Span {
  std::int64_t on = -1, off = -1;
  bool starts_in(std::int64_t after, std::int64_t before) const { return after <= on && on < before; }
  bool covers(std::int64_t tick) const { return on != -1 && on <= tick && (tick <= off || off == -1); }
  bool covers_closed(std::int64_t tick) const { return on != -1 && on <= tick && tick <= off; }
};

/// The last two marked stretches that were read: a beat is at most one beat behind what was read.
struct Spans {
  Span last, before_last;
  bool cut(std::int64_t after, std::int64_t before) const {
    return last.starts_in(after, before) || before_last.starts_in(after, before);
  }
  bool covers(std::int64_t tick) const { return last.covers(tick) || before_last.covers_closed(tick); }
  void open(std::int64_t tick) {
    before_last = last;
    last.on = tick;
  }
};

struct Beat {
  std::int64_t tick = 0;
  char type = phantom;
};

enum class Side : std::uint8_t { reference, test };

/// The beats of one side, one at a time with the next one known, and the marked stretches met on the way.
class Beats {
 public:
  Beats(const std::vector<Annotation>& annotations, double factor, std::int64_t window, std::int64_t end, Side side,
        BeatMap map)
      : annotations_(annotations), factor_(factor), window_(window), end_(end), side_(side), map_(map) {}

  const Beat& current() const { return current_; }
  const Beat& next() const { return next_; }
  /// Interval from the beat before to the current one; 0 where none is valid: at either end, and over a marked stretch.
  std::int64_t interval() const { return interval_; }
  std::int64_t previous_tick() const { return previous_tick_; }
  std::int64_t shutdown() const { return shutdown_; }
  bool in_flutter(std::int64_t tick) const { return flutter_.covers(tick); }
  bool in_shutdown(std::int64_t tick) const { return unreadable_.covers(tick); }

  void advance() {
    previous_tick_ = current_.tick;
    current_ = next_;
    const bool valid = previous_tick_ != 0 && current_.tick != never && !flutter_.cut(previous_tick_, current_.tick) &&
                       !unreadable_.cut(previous_tick_, current_.tick);
    interval_ = valid ? current_.tick - previous_tick_ : 0;
    next_ = read();
  }

 private:
  std::int64_t tick_of(const Annotation& a) const {
    const double tick = factor_ == 1 ? 0 : static_cast<double>(a.tick) * factor_;
    const std::int64_t scaled = factor_ == 1 ? a.tick : rounded(std::clamp(tick, -1e18, 1e18));
    return std::clamp(scaled, -(never >> 2), never >> 2);
  }
  static bool starts_shutdown(const Annotation& a) { return a.label == "~" && (a.subtype & 0x30) == 0x30; }

  Beat read() {
    while (at_ < annotations_.size()) {
      const Annotation& a = annotations_[at_++];
      if (const char type = beat_class(a.label, map_); type != 0) return {tick_of(a), type};
      if (starts_shutdown(a)) {
        unreadable_.open(tick_of(a));
        if (!close_shutdown()) return {never, no_beat};
      } else if (a.label == "[") {
        flutter_.open(tick_of(a));
        while (at_ < annotations_.size() && annotations_[at_].label != "]") ++at_;
        if (at_ == annotations_.size()) return {never, no_beat};
        flutter_.last.off = tick_of(annotations_[at_++]);
      }
    }
    return {never, no_beat};
  }

  /// Finds where the stretch that was just opened ends; false if the annotations end before.
  bool close_shutdown() {
    Span& span = unreadable_.last;
    if (at_ == annotations_.size()) {
      // bxb lets an open stretch of the reference run on, while one of the test keeps the end of the stretch before.
      if (side_ == Side::reference)
        span.off = never;
      else if (end_ > 0)
        shutdown_ += end_ - span.on;
      return false;
    }
    const Annotation& after = annotations_[at_];
    if (after.label == "~" && !starts_shutdown(after)) {
      span.off = tick_of(after);
      ++at_;
    } else {
      // A single mark amid the stretch, as in the AHA database: it reaches from one window past what came before to one
      // window short of what comes next.
      span.off = tick_of(after) - window_;
      span.on = std::min(std::max(flutter_.last.off, current_.tick) + window_, span.off);
    }
    shutdown_ += span.off - span.on;
    return true;
  }

  const std::vector<Annotation>& annotations_;
  double factor_;
  std::int64_t window_, end_;
  Side side_;
  BeatMap map_;
  std::size_t at_ = 0;
  Beat current_, next_;
  std::int64_t previous_tick_ = 0, interval_ = 0, shutdown_ = 0;
  Spans flutter_, unreadable_;
};

class Comparison {
 public:
  Comparison(const Beats& reference, const Beats& test, std::int64_t start, std::int64_t end, std::int64_t window,
             double ms_per_tick, Ec57& out)
      : reference_(reference),
        test_(test),
        start_(start),
        end_(end),
        window_(window),
        ms_per_tick_(ms_per_tick),
        out_(out) {}

  void run() {
    begin();
    while (more()) step();
  }
  std::int64_t shutdown() const { return test_.shutdown(); }

 private:
  std::int64_t ref() const { return reference_.current().tick; }
  std::int64_t ref_next() const { return reference_.next().tick; }
  std::int64_t test() const { return test_.current().tick; }
  std::int64_t test_next() const { return test_.next().tick; }
  static std::int64_t apart(std::int64_t a, std::int64_t b) { return std::abs(a - b); }

  /// The first reference beat at or after the start, and the last test beat before it: the two may be a pair, and then
  /// they count. Otherwise a test beat just after the start may belong to a reference beat before it: if the one after
  /// it is nearer to the first reference beat, it is passed over.
  void begin() {
    do reference_.advance();
    while (ref() < start_);
    do test_.advance();
    while (test_next() < start_);
    was_pair_ = apart(reference_.previous_tick(), test_.previous_tick()) <= window_;
    if (ref() - test() < apart(ref(), test_next()) && ref() - test() <= window_) {
      if (reference_.current().type != phantom || test_.current().type != phantom)
        match();
      else
        both();
      return;
    }
    test_.advance();
    if (test() - start_ <= window_ && apart(ref(), test_next()) < apart(ref(), test())) test_.advance();
    was_pair_ = apart(reference_.previous_tick(), test_.previous_tick()) <= window_;
  }

  bool more() const {
    if (end_ > 0) return ref() <= end_ || test() <= end_;
    return ref() != never;
  }

  /// The earlier beat is paired if the other one lies in the window and no neighbour has a better claim: the next beat
  /// on the earlier beat's side is not nearer, or is itself nearer to the next beat on the other side.
  void step() {
    const bool test_first = test() < ref();
    const std::int64_t distance = apart(ref(), test());
    const std::int64_t rival = test_first ? apart(ref(), test_next()) : apart(test(), ref_next());
    if (distance <= window_ && (distance < rival || apart(ref_next(), test_next()) < rival)) {
      match();
    } else if (test_first) {
      const char type = reference_.in_flutter(test()) ? no_beat : reference_.in_shutdown(test()) ? 'X' : 'O';
      count(type, test_.current().type);
      test_.advance();
    } else {
      count(reference_.current().type, test_.in_shutdown(ref()) ? 'X' : 'O');
      reference_.advance();
    }
  }

  void match() {
    count(reference_.current().type, test_.current().type);
    both();
  }
  void both() {
    reference_.advance();
    test_.advance();
  }

  void count(char reference, char test) {
    const std::string_view classes = rows;
    const auto row = classes.find(reference), column = classes.find(test);
    const bool pair = row < 5 && column < 5;
    if (row != std::string_view::npos && column != std::string_view::npos && (row < 5 || column < 5)) {
      ++out_.matrix[{rows[row], columns[column]}];
      if (pair)
        ++out_.tp;
      else if (row < 5)
        ++out_.fn, out_.missed.push_back(ref());
      else
        ++out_.fp, out_.extra.push_back(this->test());
    }
    if (reference_.interval() > 0 && test_.interval() > 0) {
      const double error_ms = static_cast<double>(reference_.interval() - test_.interval()) * ms_per_tick_;
      out_.rr_bxb_square_sum_ms2 += error_ms * error_ms;
      ++out_.rr_bxb_pairs;
      if (pair && was_pair_) {
        out_.rr_square_sum_ms2 += error_ms * error_ms;
        ++out_.rr_pairs;
      }
    }
    was_pair_ = pair;
  }

  Beats reference_, test_;
  std::int64_t start_, end_, window_;
  double ms_per_tick_;
  bool was_pair_ = false;
  Ec57& out_;
};

double root_mean(double square_sum, std::int64_t n) {
  return n > 0 ? std::sqrt(square_sum / static_cast<double>(n)) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::string_view name(BeatMap map) { return map == BeatMap::bxb ? "bxb" : "ec57"; }

std::string_view describe(BeatMap map) {
  return map == BeatMap::bxb ? "N = N L R B, S = A a J S n e j, V = V E r, F = F, Q = / f Q ?"
                             : "N = N L R B e j, S = A a J S n, V = V E r, F = F, Q = / f Q ?";
}

char beat_class(std::string_view label, BeatMap map) {
  if (label.size() != 1) return 0;
  switch (label[0]) {
    case 'N':
    case 'L':
    case 'R':
    case 'B':
      return 'N';
    case 'A':
    case 'a':
    case 'J':
    case 'S':
    case 'n':
      return 'S';
    case 'e':
    case 'j':
      return map == BeatMap::bxb ? 'S' : 'N';
    case 'V':
    case 'E':
    case 'r':
      return 'V';
    case 'F':
      return 'F';
    case '/':
    case 'f':
    case 'Q':
    case '?':
      return 'Q';
    case '!':
      return 'O';
    default:
      return 0;
  }
}

double Share::value() const {
  return of > 0 ? static_cast<double>(hits) / static_cast<double>(of) : std::numeric_limits<double>::quiet_NaN();
}

Ec57::Ec57() {
  for (int row = 0; row < 7; ++row)
    for (int column = 0; column < (row < 5 ? 7 : 5); ++column) matrix[{rows[row], columns[column]}] = 0;
}

double Ec57::se() const { return sensitivity().value(); }
double Ec57::ppv() const { return predictivity().value(); }
double Ec57::rr_rms_ms() const { return root_mean(rr_square_sum_ms2, rr_pairs); }
double Ec57::rr_rms_bxb_ms() const { return root_mean(rr_bxb_square_sum_ms2, rr_bxb_pairs); }

Share Ec57::class_sensitivity(char beat) const {
  const char own = beat == 'V' ? 'v' : 's';
  Share share{matrix.at({beat, own}), 0};
  for (const char* column = columns; *column != 0; ++column) share.of += matrix.at({beat, *column});
  return share;
}

Share Ec57::class_predictivity(char beat) const {
  const char own = beat == 'V' ? 'v' : 's';
  const std::int64_t hits = matrix.at({beat, own});
  std::int64_t of = 0;
  for (const char row : std::string_view(beat == 'V' ? "NSVOX" : "NSVFOX")) of += matrix.at({row, own});
  return {hits, of};
}

Ec57& Ec57::operator+=(const Ec57& other) {
  tp += other.tp;
  fn += other.fn;
  fp += other.fp;
  for (const auto& [key, n] : other.matrix) matrix[key] += n;
  shutdown_s += other.shutdown_s;
  rr_square_sum_ms2 += other.rr_square_sum_ms2;
  rr_pairs += other.rr_pairs;
  rr_bxb_square_sum_ms2 += other.rr_bxb_square_sum_ms2;
  rr_bxb_pairs += other.rr_bxb_pairs;
  missed.clear();
  extra.clear();
  if (clock_hz != other.clock_hz) clock_hz = 0;
  return *this;
}

Json Ec57::json() const {
  Json cells = Json::object();
  for (int row = 0; row < 7; ++row)
    for (int column = 0; column < (row < 5 ? 7 : 5); ++column) {
      const std::string key{rows[row], columns[column]};
      cells[key] = matrix.at(key);
    }
  return {{"tp", tp},
          {"fn", fn},
          {"fp", fp},
          {"se", number(se())},
          {"ppv", number(ppv())},
          {"shutdown_s", number(shutdown_s)},
          {"matrix", cells},
          {"rr_rms_ms", number(rr_rms_ms())},
          {"rr_rms_bxb_ms", number(rr_rms_bxb_ms())},
          {"protocol", "ec57"},
          {"map", name(map)}};
}

Ec57 ec57(const std::vector<Annotation>& reference, double reference_hz, const std::vector<Annotation>& test,
          double test_hz, const Ec57Options& options) {
  const double hz = options.clock_hz > 0 ? options.clock_hz : reference_hz;
  const auto usable = [](double rate) { return std::isfinite(rate) && rate > 0 && rate < 1e9; };
  if (!usable(hz) || !usable(reference_hz) || !usable(test_hz))
    throw UsageError("a clock of annotations must be between 0 and 1e9 ticks a second");
  const auto sane = [](double seconds) { return std::isfinite(seconds) && seconds < 1e9; };
  if (!sane(options.from_s) || options.from_s < 0) throw UsageError("the start of scoring must be 0 s or later");
  if (!sane(options.to_s) || !sane(options.duration_s))
    throw UsageError("the end of scoring must be a time in seconds");
  if (!sane(options.window_s) || options.window_s < 0) throw UsageError("the match window must be 0 s or more");

  const std::int64_t start = rounded(options.from_s * hz), window = rounded(options.window_s * hz);
  std::int64_t end = -1;
  if (options.to_s >= 0) {
    end = rounded(options.to_s * hz);
    if (end <= start) throw UsageError("scoring must end after it begins");
  } else if (options.duration_s > 0) {
    end = rounded(options.duration_s * hz);
    if (end > 0 && end < start)
      throw Error("the record ends at " + shortest(options.duration_s) + " s, before scoring begins at " +
                      shortest(options.from_s) + " s",
                  {}, "score from an earlier time");
  }

  Ec57 out;
  out.clock_hz = hz;
  out.map = options.map;
  // bxb prints milliseconds by the number of ticks that a second is rounded to.
  const std::int64_t second = std::max<std::int64_t>(rounded(hz), 1);
  Comparison comparison(Beats(reference, hz / reference_hz, window, end, Side::reference, options.map),
                        Beats(test, hz / test_hz, window, end, Side::test, options.map), start, end, window,
                        1000. / static_cast<double>(second), out);
  comparison.run();
  const std::int64_t whole_seconds = (rounded(0.5 * hz) + comparison.shutdown()) / second;
  out.shutdown_s = static_cast<double>(whole_seconds);
  return out;
}

}  // namespace vagus::lab
