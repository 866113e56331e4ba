#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "lab/base/error.h"
#include "lab/report/operating_section.h"
#include "lab/report/packed_wave.h"
#include "lab/report/review_page.h"

namespace vagus::lab {
namespace {

std::string encoded(std::string_view text) {
  return base64(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::vector<std::uint8_t> decoded(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t word = 0, bits = 0;
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const char c : text) {
    if (c == '=') break;
    word = (word << 6U) | static_cast<std::uint32_t>(digits.find(c));
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>((word >> bits) & 0xFFU));
    }
  }
  return bytes;
}

OperatingData two_rows() {
  OperatingData data;
  data.threshold = "score";
  data.meaning = "Reported is what scores at least this.";
  data.thresholds = {0.1, 0.2, 0.4};
  data.locked = 1;
  data.figures = share_figures();
  data.groups = {"all", "one"};
  data.rows = {{"a", "s1", {0, 1}, {10, 9, 5}, {0, 1, 5}, {4, 4, 4}, {1, 1, 1}},
               {"b", "s2", {0}, {6, 6, 6}, {2, 2, 2}, {1, 0, 0}, {2, 2, 2}}};
  return data;
}

TEST(Base64, GivesThePublishedVectors) {  // RFC 4648, section 10
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(PackedSamples, ComeBackWithinHalfAStepAndMissingOnesStayMissing) {
  std::vector<float> values;
  for (int i = 0; i < 500; ++i) values.push_back(3.7F + std::sin(0.1F * static_cast<float>(i)) * 2.5F);
  values[17] = std::numeric_limits<float>::quiet_NaN();
  const Json packed = packed_samples(values);
  const auto bytes = decoded(packed["data"].get<std::string>());
  ASSERT_EQ(bytes.size(), 2 * values.size());
  const double scale = packed["scale"].get<double>(), offset = packed["offset"].get<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto word = static_cast<std::int16_t>(bytes[2 * i] | (bytes[2 * i + 1] << 8));
    if (std::isnan(values[i])) {
      EXPECT_EQ(word, -32768);
    } else {
      EXPECT_NEAR(offset + scale * word, static_cast<double>(values[i]), 0.501 * scale);
    }
  }
  EXPECT_LT(scale, 5.1 / 65000);
}

TEST(ScriptJson, NothingInItEndsTheElement) {
  const std::string text = script_json(Json{{"name", "</script><!-- <script>"}});
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(Json::parse(text)["name"], "</script><!-- <script>");
}

TEST(OperatingData, SumsAreWrittenAsDifferencesAndComeBack) {
  const OperatingData data = two_rows();
  const Json json = operating_json(data);
  EXPECT_EQ(json["rows"][0]["tp"], (Json::array({10, -1, -4})));
  EXPECT_EQ(json["rows"][0]["fp"], (Json::array({4})));
  EXPECT_EQ(json["rows"][1]["fp"], (Json::array({1, -1})));
  EXPECT_EQ(json["threshold"]["locked"], 1);
}

TEST(OperatingData, GrossFiguresAddWhatTheGroupHolds) {
  const OperatingData data = two_rows();
  EXPECT_DOUBLE_EQ(gross_value(data, data.figures[0], 0, 1), 15. / 18);
  EXPECT_DOUBLE_EQ(gross_value(data, data.figures[0], 1, 2), 0.5);
  EXPECT_DOUBLE_EQ(gross_value(data, false_alarm_figure("False alarms", "per day"), 0, 0), 5. / 3);
}

TEST(OperatingData, WhatContradictsItselfIsRefused) {
  const auto refused = [](void (*spoil)(OperatingData&)) {
    OperatingData data = two_rows();
    spoil(data);
    EXPECT_THROW(operating_json(data), UsageError);
  };
  refused([](OperatingData& d) { d.thresholds = {0.1, 0.1, 0.2}; });
  refused([](OperatingData& d) { d.locked = 3; });
  refused([](OperatingData& d) { d.rows[0].tp.pop_back(); });
  refused([](OperatingData& d) { d.rows[1].fn[0] = -1; });
  refused([](OperatingData& d) { d.rows[1].groups = {2}; });
  refused([](OperatingData& d) { d.figures.clear(); });
  refused([](OperatingData& d) {
    d.requirements.push_back({"r", "specificity", FigureOver::gross, 0, {}, 0.9, 0.95, 0});
  });
  refused([](OperatingData& d) { d.seed = std::uint64_t{1} << 60U; });
}

TEST(OperatingSection, StandsWithoutScriptsAndNamesTheLockedPoint) {
  const std::string html = operating_section(two_rows());
  EXPECT_NE(html.find("role=\"img\" aria-label=\"Against score from 0.1 to 0.4:"), std::string::npos);
  EXPECT_NE(html.find("0.2 (locked)"), std::string::npos);
  EXPECT_EQ(follows(two_rows(), "sensitivity", FigureOver::average, "one"), " data-follow=\"sensitivity average 1\"");
  EXPECT_EQ(follows(two_rows(), "sensitivity", FigureOver::average, "two"), "");
}

TEST(OperatingSection, DrawsTheCeilingOfAGateAndSaysIt) {
  OperatingData data = two_rows();
  EXPECT_EQ(operating_section(data).find("ceiling of"), std::string::npos);
  EXPECT_EQ(operating_json(data)["ceilings"], Json::array());
  data.ceilings = {0.9, std::nan("")};
  const std::string html = operating_section(data);
  EXPECT_NE(html.find("ceiling of Sensitivity, 90.00"), std::string::npos);
  EXPECT_NE(html.find("data-ceiling"), std::string::npos);
  EXPECT_NE(html.find("counts as missed at every threshold"), std::string::npos);
  EXPECT_EQ(operating_json(data)["ceilings"], (Json::array({0.9, nullptr})));
  data.ceilings = {0.9};
  EXPECT_THROW(operating_json(data), UsageError);
}

ReviewSet two_cases() {
  ReviewSet set;
  set.title = "Beats?";
  for (const char* id : {"c1", "c2"}) {
    ReviewCase one;
    one.id = id;
    one.recording = "set:" + std::string(id) + "-recording";
    one.t_s = 11;
    one.signal = {"MLII", "mv", 10, 100, std::vector<float>(200, 0.5F)};
    one.question = "Is it?";
    set.cases.push_back(one);
  }
  return set;
}

TEST(ReviewPage, TellsNoRecordingAndItsHashFollowsWhatIsShown) {
  const ReviewSet set = two_cases();
  const std::string page = review_page(set);
  EXPECT_EQ(page.find("-recording"), std::string::npos);
  EXPECT_EQ(page.find("MLII"), std::string::npos);
  EXPECT_NE(page.find(review_set_hash(set)), std::string::npos);
  for (int change = 0; change < 5; ++change) {
    ReviewSet other = two_cases();
    if (change == 0) other.cases[1].t_s += 0.01;
    if (change == 1) other.cases[1].recording = "set:c3";
    if (change == 2) other.cases[1].signal.values[3] = 0.6F;
    if (change == 3) other.cases[1].question = "Or not?";
    if (change == 4) other.cases[1].marks.push_back({10.5, "N"});
    EXPECT_NE(review_set_hash(other), review_set_hash(set)) << change;
  }
}

TEST(ReviewPage, RefusesSetsThatCannotBeAnswered) {
  EXPECT_THROW(review_page(ReviewSet{}), UsageError);
  ReviewSet twice = two_cases();
  twice.cases[1].id = "c1";
  EXPECT_THROW(review_page(twice), UsageError);
  ReviewSet outside = two_cases();
  outside.cases[0].t_s = 13;
  EXPECT_THROW(review_page(outside), UsageError);
}

}  // namespace
}  // namespace vagus::lab
