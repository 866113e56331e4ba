#pragma once
/// What chance alone would do: the errors of each subject are moved along its own time.
#include <cstdint>
#include <span>
#include <vector>

#include "lab/failures/error_table.h"

namespace vagus::lab {

/// The errors of one kind, and draws of where they would stand if they knew nothing of the context. In each stratum (a
/// subject, or the part of it inside or outside of a slice already reported) all errors are moved by one random
/// distance along the exposure, round the end to the beginning: how they cluster, and how the context changes with
/// time, stays as it is. Where errors follow one another within up to three rows more than twice as often as by chance,
/// only the first of such an episode takes part: what follows it knows little of its own about the context. (As runs
/// of exceedances are declustered; Smith and Weissman 1994, J. R. Stat. Soc. B 56:515.)
class Shifts {
 public:
  /// Of more errors than this a random sample stands for all: beyond, more of them find nothing that matters.
  static constexpr std::size_t most_errors = 4096;

  /// @param stratum  of each row; rows of one stratum are moved together. Rows with `stratum` `left_out` take no part.
  Shifts(const ErrorTable& table, const ErrorKind& kind, const std::vector<std::uint32_t>& stratum, std::uint64_t seed);
  static constexpr std::uint32_t left_out = UINT32_MAX;

  std::size_t errors() const { return observed_.size(); }
  /// The row of each error as observed.
  std::span<const std::uint32_t> observed() const { return observed_; }
  /// Their rows in draw `index`: the same for the same seed and index.
  void draw(std::uint64_t index, std::span<std::uint32_t> rows) const;

 private:
  struct Circle {
    std::vector<std::uint32_t> rows;
    std::vector<double> until;  ///< exposure up to the end of each
  };
  struct Error {
    std::uint32_t circle;
    double at;
  };
  std::vector<Circle> circles_;
  std::vector<Error> errors_;
  std::vector<std::uint32_t> observed_;
  std::uint64_t seed_;
};

}  // namespace vagus::lab
