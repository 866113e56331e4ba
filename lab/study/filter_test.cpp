#include "lab/study/filter.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

const Attributes somebody{{"age", "67"}, {"sex", "F"}, {"paced", "false"}, {"recording", "100"}, {"rate", "360.0"}};

TEST(Filter, EmptyPicksEverything) { EXPECT_TRUE(Filter().picks({})); }

TEST(Filter, ComparesNumbersAsNumbersAndTextsAsTexts) {
  EXPECT_TRUE(Filter("rate == 360").picks(somebody));
  EXPECT_TRUE(Filter("age >= 65").picks(somebody));
  EXPECT_FALSE(Filter("age < 9").picks(somebody));  // as texts "67" < "9"
  EXPECT_TRUE(Filter("sex == 'F'").picks(somebody));
  EXPECT_TRUE(Filter("sex != \"M\"").picks(somebody));
  EXPECT_TRUE(Filter("paced == false").picks(somebody));
}

TEST(Filter, AndBindsTighterThanOr) {
  EXPECT_TRUE(Filter("sex == 'F' or age > 90 and age < 10").picks(somebody));
  EXPECT_FALSE(Filter("(sex == 'F' or age > 90) and age < 10").picks(somebody));
}

TEST(Filter, ListsAreSearched) {
  EXPECT_TRUE(Filter("recording in [99, 100]").picks(somebody));
  EXPECT_FALSE(Filter("recording not in ['99', '100']").picks(somebody));
  EXPECT_TRUE(Filter("not recording in ('101')").picks(somebody));
  EXPECT_FALSE(Filter("recording in []").picks(somebody));
}

TEST(Filter, WhatIsNotKnownIsPickedNeitherWayNorByItsNegation) {
  EXPECT_FALSE(Filter("weight > 80").picks(somebody));
  EXPECT_FALSE(Filter("not weight > 80").picks(somebody));
  EXPECT_FALSE(Filter("weight not in [80]").picks(somebody));
  EXPECT_FALSE(Filter("sex > 3").picks(somebody));
  EXPECT_TRUE(Filter("weight > 80 or age > 60").picks(somebody));
  EXPECT_FALSE(Filter("weight > 80 and age < 60").picks(somebody));
}

TEST(Filter, NamesAreToldOnceInOrder) {
  EXPECT_EQ(Filter("b == 1 and a == 2 or b == 3").names(), (std::vector<std::string>{"b", "a"}));
}

TEST(Filter, WhatIsNotTheLanguageIsRefusedWithItsColumn) {
  for (const char* text :
       {"age",          "age =",     "age = 3",      "age == ",    "and",      "age == 3 3", "(age == 3",
        "age in 3",     "age in [3", "age in [3 4]", "age not 3",  "sex == F", "age < 'x'",  "'age' == 3",
        "age == 3 and", "age == 'x", "age == 1.2.3", "age == 3 #", "not",      "()",         "age >< 3"}) {
    try {
      Filter filter(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.where().rfind("column ", 0), 0U) << text;
    }
  }
  EXPECT_THROW(Filter(std::string(100'000, '(')), Error);
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_THROW(Filter(nots + "age == 3"), Error);
}

}  // namespace
}  // namespace vagus::lab
