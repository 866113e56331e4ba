#pragma once
/// Protocol `windows`: a label a window (activity and its like) against labelled stretches.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lab/base/numbers.h"
#include "lab/score/moments.h"

namespace vagus::lab {

struct LabelledSpan {
  TimeSpan at;
  std::string label;
};
struct TestWindow {
  TimeSpan at;
  std::string label;         ///< no_answer where the detector said that it cannot tell
  double score = unknown_s;  ///< of the answer; NaN: none was told
};
inline constexpr const char* no_answer = "";

struct WindowOptions {
  double pure_share = 0.75;      ///< a window of less than this of one class is mixed
  double from_s = 0, to_s = -1;  ///< windows that are not wholly inside are left out; < 0: the end
};

/// (truth, answer) -> windows. An answer `no_answer` is an unreadable window.
using ConfusionMatrix = std::map<std::pair<std::string, std::string>, std::int64_t>;

/// Figures of a confusion matrix. Classes are all that the truth or the answers name, as scikit-learn has it: one that
/// is answered and never true counts with F1 0.
struct WindowFigures {
  std::vector<std::string> classes;
  std::vector<double> f1;  ///< of each class; NaN where it was neither true nor answered
  double macro_f1 = unknown_s, accuracy = unknown_s;
  std::int64_t windows = 0, correct = 0;
};
/// @param unreadable_wrong  windows without an answer are missed ones of their class; else they are left out
WindowFigures window_figures(const ConfusionMatrix& matrix, bool unreadable_wrong);

/// One scored window and what was answered.
struct WindowOutcome {
  TimeSpan at;
  std::string truth, answer;  ///< the class with most of its time; `no_answer` where it was unreadable
  bool mixed = false;
  bool right() const { return truth == answer; }
};

/// What one recording's comparison counted, or the sum over several.
struct WindowCounts {
  ConfusionMatrix pure;                    ///< of windows of one class
  ConfusionMatrix mixed;                   ///< of mixed windows, by the class with the largest share
  std::int64_t unlabelled = 0;             ///< windows in which nothing is labelled: not scored
  double labelled_s = 0, uncovered_s = 0;  ///< labelled time, and how much of it no window covers
  std::vector<WindowOutcome> each;         ///< of one recording, in the answers' order; dropped in a sum
  std::vector<LabelledSpan> reference;     ///< what it was scored on, in order; likewise
  std::vector<TestWindow> answers;         ///< all that was answered, scored or not; likewise

  ConfusionMatrix all() const;
  std::int64_t windows() const;
  std::int64_t mixed_windows() const;
  std::int64_t unreadable() const;
  WindowCounts& operator+=(const WindowCounts& other);
  Json json() const;
};

/// The truth of a window is the class with most of its time (on a tie the first by name); it is mixed where that is
/// less than `pure_share` of the window, unlabelled time counting as no class. Throws Error for a window without a
/// length and for reference stretches that overlap under different labels.
WindowCounts score_windows(std::vector<LabelledSpan> reference, const std::vector<TestWindow>& test,
                           const WindowOptions& options = {});

/// Rows with a start, an end and a label; rows of kind unreadable or without a label are no truth.
std::vector<LabelledSpan> window_reference(const MarkedTable& table);
/// Windows with t_start_s and t_end_s, or with t_s alone, which is then the end of a window of `window_s`. Rows of
/// another kind than "", window or unreadable are left out; a label "unreadable" or "unknown" is no answer. An
/// unreadable stretch of more than one and a half windows is cut into windows of the median length.
std::vector<TestWindow> window_test(const MarkedTable& table, double window_s);

std::string windows_text(const WindowCounts& counts, const std::string& reference, const std::string& test);

}  // namespace vagus::lab
