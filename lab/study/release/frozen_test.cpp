#include "lab/study/release/frozen.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"
#include "lab/study/release/planted_release.h"

namespace vagus::lab {
namespace {

FrozenRecord a_record() {
  FrozenRecord record;
  record.recording = "set:a";
  record.subject = "a";
  record.signal_hash = "0123";
  record.labels_hash = "4567";
  record.channel = "MLII";
  record.rate_hz = 360;
  record.duration_s = 10;
  record.unreadable_s = 2.5;
  record.events = {{77 / 360.0, 0.99F}, {77 / 360.0, 0.5F}, {3600 / 360.0, 0.25F}};
  record.weighed = {{0.1, 0.0F}, {0.30000001, 0.125F}};
  record.unreadable = {{1, 3.5, "flat"}};
  return record;
}

Frozen a_release() {
  PlantedRelease planted;
  planted.subjects = 3;
  planted.beats = 4;
  Frozen frozen = planted_frozen(planted);
  frozen.records = {a_record()};
  frozen.records.push_back(a_record());
  frozen.records.back().recording = "set:b";
  return frozen;
}

std::string refusal_of(const std::string& bytes) {
  try {
    unpack_frozen(bytes, "r.vgr");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::bad_input);
    EXPECT_TRUE(error.where().starts_with("r.vgr ")) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(FrozenFile, GivesBackWhatWasKeptBitForBit) {
  const FrozenRecord record = a_record();
  EXPECT_EQ(unpack_frozen_record(pack(record), "x"), record);
  const Frozen frozen = a_release(), again = unpack_frozen(pack(frozen), "r.vgr");
  EXPECT_EQ(again.records, frozen.records);
  EXPECT_EQ(again.result, frozen.result);
  EXPECT_EQ(again.name, "planted");
  EXPECT_EQ(again.cost_missing, frozen.cost_missing);
  EXPECT_EQ(pack(again), pack(frozen));
}

TEST(FrozenFile, EventsOnSamplesTakeSixBytesEach) {
  FrozenRecord record = a_record();
  record.events.clear();
  for (int i = 0; i < 1000; ++i) record.events.push_back({(i * 300 + 7) / 360.0, 0.9F});
  record.duration_s = 900;
  EXPECT_LT(pack(record).size(), 6200U);
  EXPECT_EQ(unpack_frozen_record(pack(record), "x"), record);
}

TEST(FrozenFile, AnyChangedByteIsRefusedWithItsPlace) {
  const std::string whole = pack(a_release());
  ASSERT_EQ(refusal_of(whole), "accepted");
  for (std::size_t i = 0; i < whole.size(); i += i < 200 ? 1 : 7) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_NE(refusal_of(changed), "accepted") << i;
  }
  std::string last = whole;
  last.back() = static_cast<char>(last.back() ^ 1);
  EXPECT_NE(refusal_of(last).find("recording 2, byte"), std::string::npos) << refusal_of(last);
  EXPECT_NE(refusal_of(last).find("checksum"), std::string::npos);
}

TEST(FrozenFile, CutShortOrLengthenedIsRefused) {
  const std::string whole = pack(a_release());
  for (std::size_t i = 0; i < whole.size(); i += i < 200 ? 1 : 5)
    EXPECT_NE(refusal_of(whole.substr(0, i)), "accepted") << i;
  EXPECT_NE(refusal_of(whole + "x").find("more in the file than it says"), std::string::npos);
}

TEST(FrozenFile, AnotherFormatIsPlainlyRefused) {
  std::string later = pack(a_release());
  later[14] = 4;
  EXPECT_EQ(refusal_of(later),
            "r.vgr byte 14: a release of format 4, which this version does not read (it reads formats 1 to 3)");
  EXPECT_NE(refusal_of("name = \"beats\"").find("this is no frozen release"), std::string::npos);
}

TEST(FrozenFile, OneRecordingTwiceIsRefused) {
  Frozen twice = a_release();
  twice.records.back().recording = twice.records.front().recording;
  EXPECT_NE(refusal_of(pack(twice)).find("stands there twice"), std::string::npos);
}

TEST(FrozenFile, TimesThatCannotBeAreRefused) {
  Frozen frozen = a_release();
  frozen.records.back().events = {{5, 0.5F}, {4, 0.5F}};
  EXPECT_NE(refusal_of(pack(frozen)).find("its parts do not fit together"), std::string::npos);
  frozen.records.back().events = {{-1, 0.5F}};
  EXPECT_NE(refusal_of(pack(frozen)), "accepted");
}

}  // namespace
}  // namespace vagus::lab
