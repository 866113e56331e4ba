#pragma once
/// Does a property of the file alone tell the label? Then a detector may learn the file instead of the signal.
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "lab/study/guards/report.h"

namespace vagus::lab::guards {

/// A recording or a staged trial that has one label.
struct Trial {
  std::string subject, label;
};

/// One property of every trial, in their order. Words are numbered; NaN is a value of its own: not known.
struct Property {
  std::string name;
  std::vector<double> values;
  bool words = false;
};
inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

struct TellingOptions {
  double least_area = 0.75;  ///< below it a property is called weak and passes
  double alpha = 0.01;       ///< family-wise error probability over all properties and labels
  int permutations = 1999;
  std::uint64_t seed = 1;
};

/// How well each property tells each label (of two labels the rarer one) from the rest, by what the trials of other
/// subjects with nearly the same value are: any dependence is seen, not only a rising one (falls of 15 s among
/// activities of 12 and of 25 s). The area under the ROC curve of that score, over subjects, with the interval of
/// `roc_area`.
///
/// Refused: an area of at least `least_area` (three of four pairs told apart by the file alone; the modest dependences
/// that honest protocols have pass) that chance does not explain. Chance is drawn: labels are exchanged within
/// subjects; where each subject has one label, or one value, between subjects. So few subjects are not refused lightly,
/// and a property that tells all of 8 subjects' trials apart is. p by Phipson and Smyth 2010, corrected by Holm.
std::vector<PropertyLook> telling(std::span<const Trial> trials, std::span<const Property> properties,
                                  const TellingOptions& options = {});

}  // namespace vagus::lab::guards
