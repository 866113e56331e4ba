#pragma once
/// A result derived again from the data, and where its numbers come from.
#include <optional>
#include <string>
#include <vector>

#include "lab/base/numbers.h"

namespace vagus::lab {

struct Verification {
  bool same = false;
  std::vector<std::string> differences;  ///< "requirements[1].estimate: the file has 0.998, derived is 0.997"
  std::vector<std::string> notes;        ///< what could not be compared, and why
};

/// Derives a result again, bit for bit, from the dataset versions it names, keeping nothing and using nothing kept.
/// A file that was changed after it was written differs. Throws Error (exit 3) where the data, a dataset version or the
/// version of vagus that made it is missing.
/// @param threads 0: all cores
Verification verify_results(const Json& results, int threads = 0);

/// Where two JSON texts part, in order of the first; at most `most` places.
std::vector<std::string> differences_of(const Json& file, const Json& derived, std::size_t most);

/// One number's way back to bytes: text for people, one step a line.
struct Lineage {
  std::string what;                ///< "requirement 'Beats are found': 0.99879"
  std::vector<std::string> steps;  ///< from the number back to the data
};

/// Lineage of every requirement, and of one recording where `about` names it. Throws UsageError where nothing is meant
/// by `about` ("" all requirements).
std::vector<Lineage> explain_results(const Json& results, const std::string& about = {});
Json as_json(const std::vector<Lineage>& lineage);

}  // namespace vagus::lab
