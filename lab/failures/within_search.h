#pragma once
/// The search within subjects: in which conjunctions of up to three conditions does a subject err more than in the rest
/// of its own time?
#include <cstdint>
#include <optional>
#include <vector>

#include "lab/failures/shifts.h"

namespace vagus::lab {

/// Which conditions each row meets, as bits.
class RowBits {
 public:
  RowBits(const ErrorTable& table, std::vector<Condition> conditions);
  const std::vector<Condition>& conditions() const { return conditions_; }
  /// Whether the condition is on a column that is not secondary.
  bool primary(std::size_t condition) const { return primary_[condition]; }
  std::size_t words() const { return words_; }
  std::span<const std::uint64_t> row(std::size_t i) const { return {bits_.data() + i * words_, words_}; }
  bool meets(std::size_t row_index, std::size_t condition) const {
    return (bits_[row_index * words_ + condition / 64] >> (condition % 64) & 1) != 0;
  }

 private:
  std::vector<Condition> conditions_;
  std::vector<bool> primary_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

struct WithinOptions {
  std::uint64_t seed = 1;
  std::size_t draws = 999;  ///< of chance; the least p is 1 / (draws + 1), over the depth's weight
  double sure = 0.01;       ///< p from which on a slice is found; of several found, that of the greatest z is given
  double give_up_at = 0.1;  ///< once p is surely above this for every depth, no more is drawn
  int threads = 0;
};

/// A conjunction that was found. `z` is the root of the deviance of a Poisson count, divided by how much more the count
/// varies by chance than a Poisson count does.
struct Found {
  std::vector<std::size_t> conditions;  ///< indices into those searched, ascending
  double z = 0;
  double p = 1;         ///< family-wise over all slices of all depths
  double expected = 0;  ///< errors that chance would put there
  std::int64_t errors = 0;
};

/// Share of the error probability that each depth may use up: what is simple is more likely, and asked for first.
inline constexpr double depth_weight[] = {0.5, 0.3, 0.2};

/// The slice with the greatest z (of secondary columns only where others do not reach four fifths of it), brought back
/// to those of its conditions that add to the others; nothing where none can be tried. Its p is one over the greatest z
/// of all slices of its depth in draws of chance, over the depth's weight (max-statistic; Westfall and Young 1993),
/// which holds whatever the clustering in time as long as errors and context are unrelated within a stratum.
std::optional<Found> search_within(const RowBits& bits, const Shifts& shifts, const WithinOptions& options);

}  // namespace vagus::lab
