#pragma once
/// What the guards against leakage looked at and found: printed in the result and its page.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/stats/bootstrap.h"

namespace vagus::lab {

enum class GuardState : std::uint8_t {
  clear,       ///< looked, nothing found
  noted,       ///< found what is no leak but should be known
  accepted,    ///< a leak that the specification lets through, with its reason
  refused,     ///< a leak
  not_looked,  ///< there was nothing to look at; `looked_at` says why
};
std::string_view name(GuardState state);

/// One guard.
struct GuardLook {
  std::string name;  ///< "same subject", "same signal", "fit on test", "telling property", "time order"
  GuardState state = GuardState::clear;
  std::string looked_at;           ///< a sentence without a full stop
  std::vector<std::string> found;  ///< naming recordings or subjects
};

/// How well a property of the file alone tells a label.
struct PropertyLook {
  std::string property, label;  ///< which label against all others
  std::int64_t trials = 0, subjects = 0;
  Estimate area;  ///< under the ROC curve, over subjects; its interval corrected for the number of looks
  double p = 1;   ///< that so large an area comes by chance, corrected (Holm)
  GuardState state = GuardState::clear;
  std::string values;  ///< of trials with the label and of the others, in short
};

/// A cure that the specification declares, and what is left after it.
struct CureLook {
  std::string cure;      ///< "equal length of 15 s", "common rate of 50 Hz", "common band up to 10 Hz", "causal"
  std::string property;  ///< what it should hide
  bool cured = false;
  std::string why;  ///< one sentence
};

/// A property that may tell, by the specification's word.
struct AcceptedProperty {
  std::string property, reason;
};

struct GuardReport {
  std::vector<GuardLook> looks;
  std::vector<PropertyLook> properties;   ///< as the detector sees them
  std::vector<PropertyLook> as_recorded;  ///< before the cures; nothing where none is declared
  std::vector<CureLook> cures;
  std::vector<AcceptedProperty> accepted;

  /// All that is refused, in one line; "" if nothing is.
  std::string refused() const;
};

/// Names of the properties that are looked at, as `[[accept]]` takes them.
const std::vector<std::string>& guarded_properties();
/// The name of a property however it is written ("duration_s", "time of day"); "" if it is none of them.
std::string guarded_property(std::string_view written);

}  // namespace vagus::lab
