#include "lab/deploy/budgets.h"

#include <gtest/gtest.h>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

DetectorCost cost(double instructions, std::uint32_t flash) {
  DetectorCost c{"health.beats", "1.0.0", "12.2.1", 250, {}};
  CoreCost& core = c.cores["m4f"];
  core.instructions_per_sample = instructions;
  core.instructions_per_sample_worst = 2 * instructions;
  core.ram_bytes = 3000;
  core.flash_bytes = flash;
  core.stack_bytes = 500;
  core.cycles_per_sample = Range{instructions, 2 * instructions};
  core.functions["push"] = {instructions - 10, flash - 1000};
  core.functions["measure"] = {10, 1000};
  return c;
}
std::string refusal(const std::string& text) {
  try {
    read_budgets(text, "budgets.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::bad_input);
    return error.what();
  }
  return "nothing was refused";
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* file = R"(compiler = "12.2.1"
[[budget]]
detector = "health.beats"
core = "m4f"
instructions_per_sample = 200
flash_bytes = 10000
[budget.ceiling]
flash_bytes = 16384
[budget.functions]
"push" = [150.5, 8000]
"measure" = [10, 1000]
)";

TEST(Budgets, EachFigureIsWithinOverOrLoose) {
  const Budgets budgets = read_budgets(file, "budgets.toml");
  const auto verdicts = [&](double instructions, std::uint32_t flash) {
    std::map<std::string, BudgetVerdict> all;
    for (const BudgetLine& line : hold_against(budgets, cost(instructions, flash))) all[line.metric] = line.verdict;
    return all;
  };
  EXPECT_EQ(verdicts(199, 10000).at("instructions_per_sample"), BudgetVerdict::within);
  EXPECT_EQ(verdicts(199, 10000).at("flash_bytes"), BudgetVerdict::within);
  EXPECT_EQ(verdicts(200.1, 10001).at("instructions_per_sample"), BudgetVerdict::over);
  EXPECT_EQ(verdicts(200.1, 10001).at("flash_bytes"), BudgetVerdict::over);
  EXPECT_EQ(verdicts(193.9, 9699).at("instructions_per_sample"), BudgetVerdict::loose);
  EXPECT_EQ(verdicts(194.1, 9701).at("flash_bytes"), BudgetVerdict::within);
  EXPECT_EQ(verdicts(199, 10000).size(), 2U) << "what has no limit is not held to one";
}

TEST(Budgets, AnErrorNamesTheFileAndTheLine) {
  EXPECT_TRUE(has(refusal("compiler = 12\n"), "budgets.toml"));
  EXPECT_TRUE(has(refusal("compiler = \"x\"\nbudget = 3\n"), "budgets.toml line 2"));
  EXPECT_TRUE(has(refusal("compiler = \"x\"\n[[budget]]\ncore = \"m4f\"\n"), "detector"));
  const std::string start = "compiler = \"x\"\n[[budget]]\ndetector = \"a\"\ncore = \"m4f\"\n";
  EXPECT_TRUE(has(refusal(start + "flash_byte = 3\n"), "budgets.toml line 5"));
  EXPECT_TRUE(has(refusal(start + "flash_byte = 3\n"), "flash_bytes")) << "the nearest metric";
  EXPECT_TRUE(has(refusal(start + "flash_bytes = \"many\"\n"), "line 5"));
  EXPECT_TRUE(has(refusal(start + "flash_bytes = -1\n"), "line 5"));
  EXPECT_TRUE(has(refusal(start + "[budget.functions]\nf = [1]\n"), "line 6"));
  EXPECT_TRUE(has(refusal(start + "[budget.function]\nf = [1, 2]\n"), "function"));
  EXPECT_TRUE(has(refusal("compiler = \n"), "line 1"));
}

TEST(Budgets, WhatIsWrittenHoldsAndKeepsTheCeilings) {
  const DetectorCost now = cost(180, 16300);
  const Budgets written = read_budgets(write_budgets({now}, read_budgets(file, "old")), "new");
  ASSERT_NE(written.find("health.beats", "m4f"), nullptr);
  const Budget& budget = *written.find("health.beats", "m4f");
  EXPECT_EQ(budget.limits.size(), cost_metrics().size());
  EXPECT_EQ(budget.limits.at("flash_bytes"), 16384) << "a hundredth above would pass the ceiling";
  EXPECT_EQ(budget.ceilings.at("flash_bytes"), 16384);
  EXPECT_NEAR(budget.functions.at("push").instructions_per_sample, 170, 1e-9);
  for (const BudgetLine& line : hold_against(written, now))
    EXPECT_EQ(line.verdict, BudgetVerdict::within) << line.metric;
}
TEST(Budgets, SmallFiguresGetLimitsThatHoldToo) {
  DetectorCost small = cost(12, 1100);
  small.cores["m4f"].stack_bytes = 8;
  const Budgets written = read_budgets(write_budgets({small}, {}), "new");
  for (const BudgetLine& line : hold_against(written, small))
    EXPECT_EQ(line.verdict, BudgetVerdict::within) << line.metric;
}

TEST(Compare, MoreThanOnePercentIsGrowth) {
  EXPECT_TRUE(grown(cost(200, 10000), cost(201.9, 10099)).empty());
  EXPECT_TRUE(grown(cost(200, 10000), cost(100, 5000)).empty()) << "less is no growth";
  const auto all = grown(cost(200, 10000), cost(203, 10000));
  ASSERT_EQ(all.size(), 4U) << "mean, worst second and both ends of the cycles";
  EXPECT_EQ(all[0].metric, "instructions_per_sample");
  EXPECT_EQ(all[0].before, 200);
  EXPECT_EQ(all[0].after, 203);
}
TEST(Compare, FunctionsAreListedByWhatTheyGrew) {
  const std::map<std::string, FunctionCost> before = {{"push", {100, 4000}}, {"gone", {5, 100}}};
  const std::map<std::string, FunctionCost> after = {{"push", {103, 4100}}, {"fresh", {7, 60}}};
  const std::string instructions = function_changes(before, after, "instructions_per_sample");
  EXPECT_LT(instructions.find("fresh"), instructions.find("push"));
  EXPECT_LT(instructions.find("push"), instructions.find("gone"));
  EXPECT_TRUE(has(function_changes(before, after, "flash_bytes"), "+100"));
  EXPECT_EQ(function_changes(before, after, "ram_bytes"), "");
}
TEST(Compare, WhatJsonHoldsComesBack) {
  const DetectorCost written = cost(200.125, 10000);
  const DetectorCost read = cost_of_json(to_json(written), "old.json");
  EXPECT_EQ(read.cores.at("m4f").instructions_per_sample, 200.125);
  EXPECT_EQ(read.cores.at("m4f").functions.at("measure").flash_bytes, 1000U);
  EXPECT_TRUE(grown(written, read).empty());
  EXPECT_THROW(cost_of_json(Json::parse(R"({"detector": "x"})"), "old.json"), Error);
}

}  // namespace
}  // namespace vagus::lab
