#include "lab/study/spec.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

const std::string least = "name = \"n\"\n[data]\nsets = [\"mitdb\"]\n[detector]\nname = \"health.beats\"\n";

std::string refusal(const std::string& text) {
  try {
    parse_spec(text, "my.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::bad_input) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(Spec, TheLeastSpecificationHasTheProtocolsDefaults) {
  const StudySpec spec = parse_spec(least, "my.toml");
  EXPECT_EQ(spec.name, "n");
  EXPECT_EQ(spec.score.protocol, "ec57");
  EXPECT_EQ(spec.score.start_s, 300);
  EXPECT_EQ(spec.split.kind, SplitSpec::Kind::none);
  EXPECT_TRUE(spec.requirements.empty());
}

TEST(Spec, EveryKeyOfThisVersionIsRead) {
  const StudySpec spec = parse_spec(R"(
name = "beats"
question = "?"
seed = 7
[data]
sets = ["a", "b"]
where = "paced == false"
exclude = [{recording = "a:207", reason = "flutter"}]
resample_hz = 250
[split]
kind = "fixed"
train = ["1*"]
tune = ["2"]
test = ["3", "b:*"]
[detector]
name = "health.beats"
config = {threshold = 0.4, flag = true}
[score]
protocol = "ec57"
start_s = 0
[[requirement]]
name = "R"
statistic = "ec57.sensitivity_gross"
direction = "at_least"
bound = 0.99
confidence = 0.9
group = "age >= 65"
[[group]]
name = "old"
where = "age >= 65"
)",
                                    "my.toml");
  EXPECT_EQ(spec.seed, 7U);
  EXPECT_EQ(spec.data.sets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(spec.data.where.text(), "paced == false");
  ASSERT_EQ(spec.data.exclude.size(), 1U);
  EXPECT_EQ(spec.data.exclude[0].reason, "flutter");
  EXPECT_EQ(spec.data.resample_hz, 250);
  EXPECT_EQ(spec.split.kind, SplitSpec::Kind::fixed);
  EXPECT_EQ(spec.split.test.size(), 2U);
  EXPECT_EQ(spec.detector.config.at("threshold"), 0.4);
  EXPECT_EQ(spec.detector.config.at("flag"), 1);
  ASSERT_EQ(spec.requirements.size(), 1U);
  EXPECT_EQ(spec.requirements[0].bound.direction, Direction::at_least);
  EXPECT_EQ(spec.requirements[0].bound.confidence, 0.9);
  EXPECT_EQ(spec.groups.size(), 1U);
}

TEST(Spec, AMarginIsStatedOrHalfOfTheErrorsThatTheBoundLeavesRoomFor) {
  const std::string requirement =
      "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\nbound = 0.99\n";
  EXPECT_NEAR(parse_spec(least + requirement, "my.toml").requirements[0].margin, 0.005, 1e-12);
  EXPECT_DOUBLE_EQ(parse_spec(least + requirement + "margin = 0.02\n", "my.toml").requirements[0].margin, 0.02);
  EXPECT_DOUBLE_EQ(standard_margin({Direction::at_most, 0.05, 0.95}), 0.025);
  EXPECT_DOUBLE_EQ(standard_margin({Direction::at_least, 1, 0.95}), 0.001);
  const std::string group = "[[group]]\nname = \"g\"\nwhere = \"age >= 65\"\n";
  EXPECT_EQ(parse_spec(least + group, "my.toml").groups[0].margin, 0);
  EXPECT_EQ(parse_spec(least + group + "margin = 0.05\n", "my.toml").groups[0].margin, 0.05);
  EXPECT_NE(refusal(least + requirement + "margin = 0\n").find("my.toml line 10: 'requirement.margin' must lie"),
            std::string::npos);
}

TEST(Spec, AnUnknownKeyIsRefusedWithItsLineAndTheNearestRightOne) {
  EXPECT_EQ(refusal("name = \"n\"\n[data]\nsets = [\"mitdb\"]\nwere = \"x\"\n[detector]\nname = \"d\"\n"),
            "my.toml line 4: unknown key 'data.were' (did you mean 'where'?)");
  EXPECT_NE(refusal(least + "[[requirment]]\n").find("did you mean 'requirement'?"), std::string::npos);
}

TEST(Spec, WhatALaterVersionDoesIsRefusedByName) {
  EXPECT_NE(refusal(least + "[model]\n").find("'model' is not done by this version"), std::string::npos);
  EXPECT_NE(refusal(least + "[score]\nprotocol = \"episodes\"\n").find("'episodes' is not done"), std::string::npos);
}

TEST(Spec, EachMistakeIsOneErrorWithFileAndLine) {
  const std::string wrong[] = {
      "name = ",
      "name = \"n\"\n",
      "name = 3\n[data]\nsets = [\"m\"]\n[detector]\nname = \"d\"\n",
      "name = \"../n\"\n[data]\nsets = [\"m\"]\n[detector]\nname = \"d\"\n",
      "name = \"n\"\n[data]\nsets = []\n[detector]\nname = \"d\"\n",
      "name = \"n\"\n[data]\nsets = \"m\"\n[detector]\nname = \"d\"\n",
      "name = \"n\"\n[data]\nsets = [\"m\"]\nsimulate = {kind = \"ecg\"}\n[detector]\nname = \"d\"\n",
      "name = \"n\"\ndata = 3\n[detector]\nname = \"d\"\n",
      "name = \"n\"\n[data]\nsets = [\"m\"]\n",
      "seed = -1\n" + least,
      "seed = 1.5\n" + least,
      least + "[score]\nstart_s = nan\n",
      least + "[score]\nstart_s = -1\n",
      least + "[score]\nprotocol = \"ec75\"\n",
      least + "[split]\nkind = \"fixd\"\n",
      least + "[split]\nkind = \"fixed\"\n",
      least + "[split]\ntest = [\"1\"]\n",
      least + "[[requirement]]\nstatistic = \"ec57.sensitivity\"\ndirection = \"at_least\"\nbound = 1\n",
      least + "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"least\"\nbound = 1\n",
      least + "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\n",
      least +
          "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\nbound = 1\nconfidence = "
          "1.5\n",
      least +
          "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\nbound = 1\ngroup = \"age "
          ">\"\n",
      least + "[requirement]\n",
      least + "[[group]]\nname = \"g\"\n",
  };
  for (const auto& text : wrong)
    EXPECT_EQ(refusal(text).rfind("my.toml line ", 0), 0U) << text << "\n" << refusal(text);
}

TEST(Spec, AFileThatIsNotThereOrAFolderIsNamed) {
  EXPECT_THROW(read_spec("no-such-file.toml"), Error);
  EXPECT_THROW(read_spec("."), Error);
}

TEST(Spec, PatternsMeanNamesAloneOrWithTheirSet) {
  EXPECT_TRUE(meant("100", "mitdb", "100"));
  EXPECT_TRUE(meant("1*", "mitdb", "100"));
  EXPECT_TRUE(meant("mitdb:1*", "mitdb", "100"));
  EXPECT_TRUE(meant("mitdb:*", "mitdb", "100"));
  EXPECT_TRUE(meant("*0*", "mitdb", "100"));
  EXPECT_FALSE(meant("10", "mitdb", "100"));
  EXPECT_FALSE(meant("afdb:100", "mitdb", "100"));
  EXPECT_FALSE(meant("mitdb", "mitdb", "100"));
}

}  // namespace
}  // namespace vagus::lab
