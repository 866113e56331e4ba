#include "lab/formats/wfdb/annotations.h"

#include <set>

#include "lab/formats/wfdb/test_record.h"

namespace vagus::lab {
namespace {

using namespace wfdb_test;

TEST(Annotations, EveryFieldGoesThereAndBack) {
  std::vector<Annotation> all;
  const auto add = [&](std::int64_t tick, const char* label, const char* text, int subtype, int channel, int num) {
    all.push_back({.tick = tick,
                   .end_tick = tick,
                   .label = label,
                   .text = text,
                   .subtype = subtype,
                   .channel = channel,
                   .num = num});
  };
  add(0, "+", "(N", 0, 0, 0);
  add(1023, "N", "", 0, 0, 0);
  add(1023 + 1024, "V", "", 1, 0, 0);
  add(5'000'000'000, "~", "odd", -1, 3, -2);
  add(5'000'000'001, "\"", "even", 127, 255, 127);
  add(5'000'000'001, "[42]", std::string(255, 'x').c_str(), -128, 0, -128);
  for (const double tick_hz : {0.0, 250.0, 62.4725, 100000.0}) {
    std::map<std::string, std::int64_t> repairs;
    const auto bytes = wfdb::format_annotations(all, tick_hz);
    EXPECT_TRUE(wfdb::looks_like_annotations(bytes));
    const wfdb::AnnotationFile back = wfdb::parse_annotations(bytes, "x", repairs);
    EXPECT_EQ(back.annotations, all);
    EXPECT_EQ(back.tick_hz, tick_hz);
    EXPECT_TRUE(repairs.empty());
  }
}

TEST(Annotations, EveryStandardMnemonicHasItsCodeAndBack) {
  std::set<std::string> seen;
  for (int code = 1; code < 50; ++code) {
    const std::string label = wfdb::mnemonic(code);
    EXPECT_TRUE(seen.insert(label).second) << label;
    if (label.front() != '[' || label.size() == 1) {
      EXPECT_EQ(wfdb::code_of(label), code);
    }
  }
  EXPECT_EQ(wfdb::code_of("N"), 1);
  EXPECT_EQ(wfdb::code_of("["), 32);
  EXPECT_EQ(wfdb::code_of("r"), 41);
}

TEST(Annotations, LabelsThatWfdbLacksAreDefinedInTheFile) {
  const std::vector<Annotation> all = {
      {.tick = 1, .end_tick = 1, .label = "walking", .text = {}, .subtype = 0, .channel = 0, .num = 0},
      {.tick = 2, .end_tick = 2, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0},
      {.tick = 3, .end_tick = 3, .label = "standing_up", .text = {}, .subtype = 0, .channel = 0, .num = 0}};
  std::map<std::string, std::int64_t> repairs;
  EXPECT_EQ(wfdb::parse_annotations(wfdb::format_annotations(all, 50), "x", repairs).annotations, all);
  std::vector<Annotation> many;
  for (int i = 0; i < 20; ++i)
    many.push_back({.tick = i,
                    .end_tick = i,
                    .label = "label" + std::to_string(i),
                    .text = {},
                    .subtype = 0,
                    .channel = 0,
                    .num = 0});
  EXPECT_THROW(wfdb::format_annotations(many, 0), Error);
}

TEST(Annotations, ADefinitionOfAUserCodeNeedsNoNotesAroundIt) {
  const auto note = [](const std::string& text) {
    return Annotation{.tick = 0, .end_tick = 0, .label = "\"", .text = text, .subtype = 0, .channel = 0, .num = 0};
  };
  const Annotation mark{.tick = 9, .end_tick = 9, .label = "[42]", .text = {}, .subtype = 0, .channel = 0, .num = 0};
  const std::vector<Annotation> all = {note("42 CAL Calibration"), note("gqrs -r 100"), note("7 beats were lost"),
                                       mark};
  std::map<std::string, std::int64_t> repairs;
  const auto back = wfdb::parse_annotations(wfdb::format_annotations(all, 0), "x", repairs).annotations;
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].text, "gqrs -r 100");
  EXPECT_EQ(back[1].text, "7 beats were lost");
  EXPECT_EQ(back[2].label, "CAL");
}

TEST(Annotations, AnIntervalEndsWithAMarkThatNamesIt) {
  const std::vector<Annotation> all = {
      {.tick = 10, .end_tick = 90, .label = "(", .text = "walk", .subtype = 0, .channel = 0, .num = 0}};
  std::map<std::string, std::int64_t> repairs;
  const auto back = wfdb::parse_annotations(wfdb::format_annotations(all, 0), "x", repairs).annotations;
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].tick, 90);
  EXPECT_EQ(back[1].label, ")");
  EXPECT_EQ(back[1].text, "(");
}

TEST(Annotations, WhatTheFormatCannotHoldIsRefused) {
  const Annotation fine{.tick = 1, .end_tick = 1, .label = "N", .text = {}, .subtype = 0, .channel = 0, .num = 0};
  for (const auto& [change, what] : std::vector<std::pair<void (*)(Annotation&), const char*>>{
           {[](Annotation& a) { a.text = std::string(256, 'a'); }, "text"},
           {[](Annotation& a) { a.subtype = 128; }, "subtype"},
           {[](Annotation& a) { a.num = -129; }, "num"},
           {[](Annotation& a) { a.channel = 256; }, "channel"}}) {
    Annotation bad = fine;
    change(bad);
    EXPECT_THROW(wfdb::format_annotations(std::span(&bad, 1), 0), Error) << what;
  }
}

TEST(Annotations, ATruncatedFileKeepsWhatIsThereAndTimeThatRunsBackIsSorted) {
  const std::vector<Annotation> all = {
      {.tick = 5, .end_tick = 5, .label = "N", .text = "hello", .subtype = 0, .channel = 0, .num = 0},
      {.tick = 7, .end_tick = 7, .label = "V", .text = {}, .subtype = 0, .channel = 0, .num = 0}};
  std::vector<std::byte> bytes = wfdb::format_annotations(all, 0);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::map<std::string, std::int64_t> repairs;
    const auto part = wfdb::parse_annotations(std::span(bytes).first(cut), "x", repairs).annotations;
    EXPECT_LE(part.size(), 2U);
    EXPECT_EQ(repairs.at("truncated annotation file"), 1);
  }
  const unsigned char backwards[] = {0x0A, 0x04, 0x00, 0xEC, 0xFF, 0xFF, 0xFC, 0xFF, 0x01, 0x14, 0, 0};
  std::map<std::string, std::int64_t> repairs;
  const auto sorted = wfdb::parse_annotations(std::as_bytes(std::span(backwards)), "x", repairs).annotations;
  ASSERT_EQ(sorted.size(), 2U);
  EXPECT_EQ(sorted[0].tick, 7);
  EXPECT_EQ(sorted[0].label, "V");
  EXPECT_EQ(repairs.at("annotations out of order"), 1);
}

TEST(Annotations, TextAndSignalsAreNotTakenForAnnotations) {
  const std::string csv = "t_s,ecg_mv\n0,1\n0.1,2\n";
  EXPECT_FALSE(looks_like_wfdb_annotations(std::as_bytes(std::span(csv.data(), csv.size()))));
  const std::string signal = ramp(1000, 2);
  EXPECT_FALSE(looks_like_wfdb_annotations(std::as_bytes(std::span(signal.data(), signal.size()))));
  EXPECT_FALSE(looks_like_wfdb_annotations({}));
}

TEST(Annotations, ALoneFileHasTheClockOfItsHeader) {
  Record r;
  r["r.atr"] = std::string("\x28\x04\x00\x00", 4);
  EXPECT_EQ(read_annotations({r.volume, "r.atr"}).tick_hz, 0);
  r["r.hea"] = "r 0 360\n";
  const Track track = read_annotations({r.volume, "r.atr"});
  EXPECT_EQ(track.tick_hz, 360);
  EXPECT_EQ(track.name, "atr");
  EXPECT_EQ(track.current().at(0).tick, 40);
}

}  // namespace
}  // namespace vagus::lab
