#pragma once
/// Where errors fell and what stood there: the table in which failure analysis searches.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace vagus::lab {

/// One kind of error, by row.
struct ErrorKind {
  std::string name;    ///< for programs: "missed", "false", "wrong"
  std::string plural;  ///< as a sentence has it: "missed beats"
  std::string signal;  ///< what the exposure is a part of: "the signal", "the beats"
  std::vector<std::uint32_t> errors;
  std::vector<float> exposure;  ///< what could have gone wrong there: seconds, beats, days; 0 and up
};

/// One thing known about every row. Of a number NaN is unknown; of a word the value is its index in `words`.
struct ErrorColumn {
  std::string name;  ///< for programs: "muscle_noise_mv"
  std::string what;  ///< as a sentence has it: "muscle noise"
  std::string unit;
  std::vector<std::string> words = {};  ///< empty: a number
  std::vector<float> values = {};
  bool secondary =
      false;  ///< what another judge made of the signal: told where nothing measured tells it nearly as well
  bool is_word() const { return !words.empty(); }
};

/// Rows are short stretches, events, or sums over what has one context (a subject's day). Those of one subject stand
/// together and in order of time: what is near in the table is taken to be near in life.
struct ErrorTable {
  std::vector<std::string> subjects;
  std::vector<std::uint32_t> subject;  ///< of each row: index into `subjects`
  std::vector<ErrorKind> kinds;
  std::vector<ErrorColumn> columns;
  std::size_t rows() const { return subject.size(); }
};

/// Throws UsageError if columns differ in length, a subject's rows stand apart, an exposure is below 0 or no number, or
/// an error stands where nothing was exposed.
void check(const ErrorTable& table);

inline constexpr float unknown_value = std::numeric_limits<float>::quiet_NaN();

/// The middle one, of an even number the upper of the two; unknown of none.
float median(std::vector<float> values);

/// One condition on one column. An unknown value meets none.
struct Condition {
  enum class Is : std::uint8_t { above, below, equal };
  std::size_t column = 0;
  Is is = Is::above;
  float bound = 0;  ///< of words the index
  bool holds(float value) const {
    return is == Is::above ? value > bound : is == Is::below ? value < bound : value == bound;
  }
  friend bool operator==(const Condition&, const Condition&) = default;
};

/// "muscle noise above 0.2 mV", "rhythm AFIB".
std::string text(const Condition& condition, const ErrorTable& table);

/// The conditions worth asking for, chosen without the errors: of a number above the 75, 90 and 95 % quantile and below
/// the 25, 10 and 5 % one (over the values given, rounded to some hundredth of their spread so that a sentence can tell
/// them exactly); of a
/// number that takes at most eight values, and of words, each value. Conditions that hold for the same values are given
/// once.
/// @param values  one column's values at hand (rows, or subjects)
std::vector<Condition> conditions_on(const ErrorColumn& column, std::size_t index, const std::vector<float>& values);

}  // namespace vagus::lab
