#include <gtest/gtest.h>

#include "lab/signal/recording.h"

namespace vagus::lab {
namespace {

TEST(IsoTime, MomentsReadBackAsWritten) {
  for (const char* text : {"2011-03-02T14:05:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59.5Z",
                           "1969-12-31T23:59:59.000001Z", "2011-03-02T14:05:00"}) {
    const auto start = start_from_iso(text);
    ASSERT_TRUE(start) << text;
    EXPECT_EQ(iso(*start), text);
  }
}

TEST(IsoTime, ZonesAreTakenToUtc) {
  const auto start = start_from_iso("2011-03-02T16:05:00.25+02:00");
  ASSERT_TRUE(start);
  EXPECT_TRUE(start->utc);
  EXPECT_EQ(start->zone_minutes, 120);
  EXPECT_EQ(iso(*start), "2011-03-02T14:05:00.25Z");
  EXPECT_EQ(start_from_iso("20110302T090500-0500")->us, start_from_iso("2011-03-02 14:05:00Z")->us);
  EXPECT_EQ(start_from_iso("1970-01-02T00:00Z")->us, 86'400'000'000);
}

TEST(IsoTime, WhatIsNoMomentIsRefused) {
  for (const char* text :
       {"", "2011", "2011-03-02", "2011-02-30T00:00:00Z", "2011-13-01T00:00:00", "2011-03-02T24:00:00",
        "2011-03-02T14:61:00", "2011-03-02T14:05:00Q", "2011-03-02T14:05:00.", "2011-03-02T14:05:00+2"}) {
    EXPECT_FALSE(start_from_iso(text)) << text;
  }
}

}  // namespace
}  // namespace vagus::lab
