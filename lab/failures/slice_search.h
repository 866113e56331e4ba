#pragma once
/// Slices of the data in which errors gather: found with the family-wise error rate held, and tried again on subjects
/// that the search did not see.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/failures/across_search.h"
#include "lab/failures/error_table.h"

namespace vagus::lab {

struct SliceOptions {
  double family_wise = 0.02;  ///< probability of any false slice, over all kinds of error
  std::size_t draws = 999;
  std::size_t most_slices = 8;  ///< of one kind of error
  std::uint64_t seed = 1;
  int threads = 0;
  bool confirm = true;  ///< search halves of the subjects too
};

enum class Confirmed : std::uint8_t { yes, no, too_few };
std::string_view name(Confirmed confirmed);  ///< "yes", "no", "too few"

/// One part of the data in which errors are more frequent than elsewhere. An association: what stands there need not be
/// what makes the errors.
struct Slice {
  std::size_t kind = 0;  ///< index into the table's
  std::vector<Condition> conditions;
  bool of_subjects = false;  ///< the conditions are on subjects (their medians), not on rows
  std::int64_t errors = 0, all_errors = 0;
  double share_of_errors = 0, share_of_signal = 0;
  double ratio = 0;                    ///< of the error rates inside and outside; infinite where there is none outside
  std::optional<double> ratio_within;  ///< the same within subjects (Mantel and Haenszel)
  std::size_t subjects = 0;            ///< with an error in it
  double z = 0;                        ///< how far it stands out of what chance does
  double p_corrected = 1;              ///< family-wise, over all slices and kinds
  Confirmed confirmed = Confirmed::too_few;
  std::optional<double> smallest_ratio;  ///< that held-out subjects would have shown in 80 of 100; nothing: none
  std::string sentence;
};

/// Searches each kind of error by itself, within subjects (conjunctions of up to three conditions) and across them
/// (up to two). What was found is set aside (errors are then moved inside of it and outside of it apart), and the
/// search begins again, until nothing more is found: each slice tells something the others do not (one with four in
/// five of the same errors is left out). Slices are ordered by how far they stand out of chance. A slice is confirmed
/// where half of the subjects, searched by itself, finds one that covers nearly the same, and that one holds in the
/// other half, subjects being the unit (one-sided t test of each subject's excess, 5 %; each half in turn). Throws
/// UsageError as `check`.
std::vector<Slice> find_slices(const ErrorTable& table, const SliceOptions& options = {});

/// Whether row `i` lies in the slice.
bool contains(const Slice& slice, const ErrorTable& table, const SubjectTable& subjects, std::size_t i);

/// "62 % of missed beats come from 4 % of the beats: muscle noise above 0.2 mV, in two subjects (40 times as often as
/// elsewhere)".
std::string sentence(const Slice& slice, const ErrorTable& table);

}  // namespace vagus::lab
