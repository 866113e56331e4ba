#pragma once
/// Does a slice hold in subjects that the search for it did not see?
#include <optional>
#include <vector>

namespace vagus::lab {

/// One held-out subject and a slice of rows: errors of the subject, those in the slice, and the share of its exposure
/// that lies there (above 0, below 1).
struct HeldOutSubject {
  double errors = 0, inside = 0, share = 0;
};

/// What held-out subjects say of a slice.
struct HeldOut {
  double p = 1;                          ///< one-sided, subjects being the unit
  std::optional<double> smallest_ratio;  ///< seen at p <= 0.05 in 80 of 100; nothing: no ratio would be
};

/// One-sided t test of the subjects' excess in the slice, each standardised by what its own errors would vary by if
/// they fell anywhere; at least three subjects with an error.
/// @param found_by_half  false where the other half did not find the slice: the ratio must then stand out of a search
/// too
HeldOut held_out_rows(const std::vector<HeldOutSubject>& subjects, bool found_by_half);

/// The same of a group of subjects by their root rates: Welch's t test; at least two subjects inside and outside.
HeldOut held_out_subjects(const std::vector<double>& inside, const std::vector<double>& outside, bool found_by_half);

}  // namespace vagus::lab
