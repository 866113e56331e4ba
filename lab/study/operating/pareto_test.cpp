#include "lab/study/operating/pareto.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/base/error.h"
#include "lab/stats/random.h"

namespace vagus::lab::operating {
namespace {

const std::vector<Objective> two = {{"alarms per day", Better::less}, {"sensitivity", Better::more}};

Setting exact(const char* name, double a, double b) { return {name, {{a, a}, {b, b}}}; }
using Front = std::vector<std::size_t>;

TEST(Pareto, OfExactFiguresItIsWhatNothingElseDominates) {
  const std::vector<Setting> settings = {exact("a", 1, 0.9), exact("b", 2, 0.95), exact("c", 2, 0.9),
                                         exact("d", 3, 0.94), exact("e", 0.5, 0.5)};
  EXPECT_EQ(pareto_front(settings, two), (Front{0, 1, 4}));
}

TEST(Pareto, OverlappingRangesAreTies) {
  const std::vector<Objective> energy = {{"sensitivity", Better::more}, {"energy mJ/day", Better::less}};
  const std::vector<Setting> settings = {{"a", {{0.9, 0.9}, {10, 14}}},
                                         {"b", {{0.9, 0.9}, {13, 17}}},
                                         {"c", {{0.9, 0.9}, {15, 20}}},
                                         {"d", {{0.95, 0.95}, {12, 22}}}};
  EXPECT_FALSE(beats(settings[0], settings[1], energy));
  EXPECT_TRUE(beats(settings[0], settings[2], energy));
  EXPECT_TRUE(beats(settings[3], settings[0], energy));  // more sensitive, and no more dear as far as can be told
  EXPECT_EQ(pareto_front(settings, energy), (Front{3}));
}

TEST(Pareto, SettingsThatBeatEachOtherInARingAllStay) {
  const std::vector<Objective> three = {{"x", Better::less}, {"y", Better::less}, {"z", Better::less}};
  const std::vector<Setting> ring = {{"a", {{0, 1}, {0, 3}, {2, 3}}},
                                     {"b", {{2, 3}, {0, 1}, {0, 3}}},
                                     {"c", {{0, 3}, {2, 3}, {0, 1}}},
                                     {"d", {{9, 9}, {9, 9}, {9, 9}}}};
  ASSERT_TRUE(beats(ring[0], ring[1], three) && beats(ring[1], ring[2], three) && beats(ring[2], ring[0], three));
  EXPECT_EQ(pareto_front(ring, three), (Front{0, 1, 2}));
}

TEST(Pareto, TheFrontIsNeverEmptyAndOnExactFiguresIsTheTextbookOne) {
  SplitMix random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Setting> settings, ranges;
    for (int i = 0; i < 25; ++i) {
      const double a = std::floor(random.uniform() * 8), b = std::floor(random.uniform() * 8);
      settings.push_back(exact("", a, b));
      ranges.push_back({"", {{a, a + random.uniform() * 3}, {b, b + random.uniform() * 3}}});
    }
    Front textbook;
    for (std::size_t b = 0; b < settings.size(); ++b) {
      bool beaten = false;
      for (const Setting& a : settings) {
        const double dx = a.values[0].low - settings[b].values[0].low, dy = a.values[1].low - settings[b].values[1].low;
        beaten = beaten || (dx <= 0 && dy >= 0 && (dx < 0 || dy > 0));
      }
      if (!beaten) textbook.push_back(b);
    }
    EXPECT_EQ(pareto_front(settings, two), textbook);
    EXPECT_FALSE(pareto_front(ranges, two).empty());
  }
}

TEST(Pareto, AValueThatIsNoRangeIsRefused) {
  const std::vector<Setting> nan = {{"a", {{std::nan(""), 1}, {0, 1}}}}, few = {{"a", {{0, 1}}}};
  EXPECT_THROW((void)pareto_front(nan, two), UsageError);
  EXPECT_THROW((void)pareto_front(few, two), UsageError);
}

}  // namespace
}  // namespace vagus::lab::operating
