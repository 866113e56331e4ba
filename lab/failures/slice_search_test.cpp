#include "lab/failures/slice_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "lab/base/error.h"
#include "lab/failures/planted.h"

namespace vagus::lab {
namespace {

/// 100 seeds where VAGUS_LONG is set, else as many as fit into a few seconds.
std::uint64_t seeds(std::uint64_t few) { return std::getenv("VAGUS_LONG") != nullptr ? 100 : few; }

/// The first slice is about what was planted, and about nothing else.
bool planted_is_first(const std::vector<Slice>& slices, bool conjunction) {
  if (slices.empty()) return false;
  bool number = false, state = false, other = false;
  for (const Condition& one : slices[0].conditions) {
    number = number || (one.column == 0 && one.is == Condition::Is::above);
    state = state || (one.column == 8 && one.bound == 2);
    other = other || (one.column != 0 && one.column != 8);
  }
  return number && state == conjunction && !other && !slices[0].of_subjects;
}

SliceOptions without_halves() {
  SliceOptions options;
  options.confirm = false;
  return options;
}

TEST(SliceSearch, FindsAPlantedCauseFirst) {
  const std::uint64_t tried = seeds(4);
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= tried; ++seed)
    found += planted_is_first(find_slices(planted_table({.seed = seed}), without_halves()), false) ? 1 : 0;
  EXPECT_GE(found, tried - tried / 20);
}

TEST(SliceSearch, FindsNothingWhereThereIsNoCause) {
  const std::uint64_t tried = seeds(5);
  std::uint64_t false_slices = 0;
  for (std::uint64_t seed = 1; seed <= tried; ++seed)
    false_slices += find_slices(planted_table({.seed = seed, .times = 1}), without_halves()).empty() ? 0 : 1;
  EXPECT_LE(false_slices, std::max<std::uint64_t>(1, tried / 20));
}

TEST(SliceSearch, FindsACauseThatTakesTwoConditions) {
  const std::uint64_t tried = seeds(2);
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= tried; ++seed) {
    const auto table = planted_table({.seed = seed, .rate = 0.02, .conjunction = true});
    found += planted_is_first(find_slices(table, without_halves()), true) ? 1 : 0;
  }
  EXPECT_GE(found, tried - tried / 4);
}

TEST(SliceSearch, TheResultIsTheSameWhateverTheNumberOfThreads) {
  const auto table = planted_table({.seed = 3, .subjects = 12, .rows = 600});
  SliceOptions one, four;
  one.threads = 1;
  four.threads = 4;
  const auto a = find_slices(table, one), b = find_slices(table, four);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].sentence, b[i].sentence);
    EXPECT_EQ(a[i].p_corrected, b[i].p_corrected);
    EXPECT_EQ(a[i].confirmed, b[i].confirmed);
  }
}

/// A column that says the same as the cause under another name.
TEST(SliceSearch, WhatTwoColumnsSayIsReportedOnce) {
  auto table = planted_table({.seed = 5});
  table.columns.push_back(table.columns[0]);
  table.columns.back().name = "again";
  EXPECT_EQ(find_slices(table, without_halves()).size(), 1U);
}

TEST(SliceSearch, ACauseThatHoldsInEveryoneIsConfirmedOnHeldOutSubjects) {
  const auto slices = find_slices(planted_table({.seed = 2, .rate = 0.02}));
  ASSERT_FALSE(slices.empty());
  EXPECT_EQ(slices[0].confirmed, Confirmed::yes);
  ASSERT_TRUE(slices[0].smallest_ratio.has_value());
  EXPECT_LT(*slices[0].smallest_ratio, *slices[0].ratio_within);
}

/// Errors of two subjects alone, in the part that is the slice: real, and no evidence about others.
TEST(SliceSearch, WhatTwoSubjectsShowIsTooFewToBeConfirmed) {
  auto table = planted_table({.seed = 7, .times = 1});
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const bool has_it = table.subject[i] < 2 && table.columns[0].values[i] > 1.5F;
    table.columns[0].values[i] = has_it ? 3.0F + table.columns[1].values[i] / 100 : table.columns[0].values[i] / 10;
    if (has_it && i % 3 == 0) table.kinds[0].errors[i] = 1;
  }
  SliceOptions options;
  const auto slices = find_slices(table, options);
  ASSERT_FALSE(slices.empty());
  EXPECT_EQ(slices[0].conditions[0].column, 0U);
  EXPECT_EQ(slices[0].confirmed, Confirmed::too_few);
  EXPECT_NE(slices[0].sentence.find("number 0"), std::string::npos);
}

TEST(SliceSearch, FiguresAreThoseOfAllRows) {
  const auto table = planted_table({.seed = 11});
  const auto slices = find_slices(table, without_halves());
  ASSERT_FALSE(slices.empty());
  const Slice& slice = slices[0];
  ASSERT_EQ(slice.conditions.size(), 1U);
  double in = 0, exposed = 0, all = 0, exposed_all = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const bool holds = slice.conditions[0].holds(table.columns[slice.conditions[0].column].values[i]);
    in += holds ? table.kinds[0].errors[i] : 0;
    exposed += holds ? 2 : 0;
    all += table.kinds[0].errors[i];
    exposed_all += 2;
  }
  EXPECT_EQ(slice.errors, static_cast<std::int64_t>(in));
  EXPECT_DOUBLE_EQ(slice.share_of_errors, in / all);
  EXPECT_DOUBLE_EQ(slice.share_of_signal, exposed / exposed_all);
  EXPECT_NEAR(slice.ratio, in / exposed / ((all - in) / (exposed_all - exposed)), 1e-12);
}

/// A property of people: five of 24 err six times as often.
TEST(SliceSearch, FindsWhoErrsMore) {
  auto table = planted_table({.seed = 4, .subjects = 24, .rows = 400, .times = 1});
  SplitMix random(9);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const bool paced = table.subject[i] % 4 == 0;
    table.columns[9].values[i] = paced ? 1 : 0;
    table.kinds[0].errors[i] = random.uniform() < (paced ? 0.06 : 0.01) ? 1 : 0;
  }
  const auto slices = find_slices(table, without_halves());
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_TRUE(slices[0].of_subjects);
  EXPECT_EQ(slices[0].conditions, (std::vector<Condition>{{9, Condition::Is::equal, 1}}));
  EXPECT_NE(slices[0].sentence.find("subjects with device watch"), std::string::npos) << slices[0].sentence;
}

TEST(SliceSearch, ATableThatContradictsItselfIsRefused) {
  auto apart = planted_table({.seed = 1, .subjects = 3, .rows = 10});
  std::swap(apart.subject[0], apart.subject[25]);
  EXPECT_THROW((void)find_slices(apart), UsageError);
  auto unexposed = planted_table({.seed = 1, .subjects = 3, .rows = 10});
  unexposed.kinds[0].errors[4] = 1;
  unexposed.kinds[0].exposure[4] = 0;
  EXPECT_THROW((void)find_slices(unexposed), UsageError);
  auto shorter = planted_table({.seed = 1, .subjects = 3, .rows = 10});
  shorter.columns[2].values.pop_back();
  EXPECT_THROW((void)find_slices(shorter), UsageError);
}

TEST(SliceSearch, WithoutErrorsNothingIsFound) {
  auto table = planted_table({.seed = 1, .subjects = 4, .rows = 50});
  std::fill(table.kinds[0].errors.begin(), table.kinds[0].errors.end(), 0);
  EXPECT_TRUE(find_slices(table).empty());
}

TEST(Shifts, MoveASubjectsErrorsTogetherAndStayInItsTime) {
  const auto table = planted_table({.seed = 6, .subjects = 5, .rows = 200, .rate = 0.05});
  const Shifts shifts(table, table.kinds[0], table.subject, 1);
  std::vector<std::uint32_t> rows(shifts.errors());
  shifts.draw(17, rows);
  std::vector<std::int64_t> by(5, -1);
  for (std::size_t e = 0; e < rows.size(); ++e) {
    const std::uint32_t from = shifts.observed()[e], to = rows[e];
    ASSERT_EQ(table.subject[from], table.subject[to]);
    const std::int64_t moved = (static_cast<std::int64_t>(to) - from + 200) % 200;
    std::int64_t& all = by[table.subject[from]];
    // An error may stand anywhere in its row, so rows are moved by one of two neighbouring numbers.
    if (all < 0) all = moved;
    EXPECT_LE(std::min((moved - all + 200) % 200, (all - moved + 200) % 200), 1);
  }
}

TEST(Sentence, TellsSharesContextAndSubjects) {
  ErrorTable table;
  table.kinds.push_back({"false", "false alarms", "the signal", {}, {}});
  table.columns.push_back({"muscle_noise_mv", "muscle noise", "mV"});
  Slice slice;
  slice.conditions = {{0, Condition::Is::above, 0.2F}};
  slice.share_of_errors = 0.62;
  slice.share_of_signal = 0.04;
  slice.ratio = 39.2;
  slice.subjects = 2;
  EXPECT_EQ(sentence(slice, table),
            "62 % of false alarms come from 4 % of the signal: muscle noise above 0.2 mV, in two subjects (39 times as "
            "often as elsewhere)");
}

}  // namespace
}  // namespace vagus::lab
