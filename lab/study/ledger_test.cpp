#include "lab/study/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

StudySpec spec(double bound, const std::string& name = "q") {
  std::ostringstream text;
  text << "name = \"" << name << "\"  # a comment\n[data]\nsets = [\"s\"]\n[detector]\nname = \"health.beats\"\n"
       << "[[requirement]]\nstatistic = \"ec57.sensitivity_gross\"\ndirection = \"at_least\"\nbound = " << bound
       << "\n";
  return parse_spec(text.str(), "q.toml");
}

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vagus-ledger-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  Ledger ledger() const { return Ledger(folder_); }
  std::string text() const {
    std::ifstream stream(folder_ / "ledger.jsonl", std::ios::binary);
    std::ostringstream all;
    all << stream.rdbuf();
    return all.str();
  }
  void put(const std::string& content) const { std::ofstream(folder_ / "ledger.jsonl", std::ios::binary) << content; }

  fs::path folder_;
  TestData test_ = test_data({"aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb"});
};

TEST_F(LedgerTest, ASpecificationLockedBeforeTheFirstLookIsConfirmatory) {
  EXPECT_TRUE(ledger().lock(asked(spec(0.9)), test_));
  EXPECT_FALSE(ledger().lock(asked(spec(0.9)), test_)) << "it stands there already";
  const Standing standing = ledger().look(asked(spec(0.9)), "run", test_);
  EXPECT_TRUE(standing.exploratory.empty());
  EXPECT_EQ(standing.looks, 1);
  EXPECT_TRUE(standing.known);
}

TEST_F(LedgerTest, CommentsAndLayoutAreNotWhatASpecificationSays) {
  const auto plain = said_by("a = 1\n[b]\nc = [1.0, 2]\n", "x"), other = said_by("# why\na=1\nb = {c=[1, 2.0]}\n", "x");
  EXPECT_EQ(plain, other);
  EXPECT_NE(said_hash(plain), said_hash(said_by("a = 1\n[b]\nc = [2, 1.0]\n", "x")));
}

TEST_F(LedgerTest, TheSameRunAgainIsNoNewLookAndAnotherIsOne) {
  ledger().lock(asked(spec(0.9)), test_);
  ledger().look(asked(spec(0.9)), "run", test_);
  EXPECT_EQ(ledger().look(asked(spec(0.9)), "run", test_).looks, 1);
  EXPECT_EQ(ledger().look(asked(spec(0.9)), "tuned", test_).looks, 2);
  EXPECT_EQ(ledger().look(asked(spec(0.9)), "run", test_).looks, 1) << "a result stays what it was";
}

TEST_F(LedgerTest, WhatIsLockedAfterALookIsExploratory) {
  EXPECT_FALSE(ledger().look(asked(spec(0.9)), "run", test_).exploratory.empty());
  ledger().lock(asked(spec(0.9)), test_);
  const Standing later = ledger().look(asked(spec(0.9)), "other", test_);
  ASSERT_EQ(later.exploratory.size(), 1U);
  EXPECT_NE(later.exploratory[0].find("locked after"), std::string::npos);
}

TEST_F(LedgerTest, ALookAtPartOfTheTestDataIsALook) {
  ledger().look(asked(spec(0.9, "other")), "run", test_data({"bbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccc"}));
  ledger().lock(asked(spec(0.9)), test_);
  EXPECT_FALSE(ledger().look(asked(spec(0.9)), "run", test_).exploratory.empty());
}

TEST_F(LedgerTest, OtherDataIsNoLook) {
  ledger().look(asked(spec(0.9, "other")), "run", test_data({"cccccccccccccccccccc"}));
  ledger().lock(asked(spec(0.9)), test_);
  EXPECT_TRUE(ledger().look(asked(spec(0.9)), "run", test_).exploratory.empty());
}

TEST_F(LedgerTest, WhatChangedSinceTheLockIsSaid) {
  ledger().lock(asked(spec(0.9)), test_);
  const Standing standing = ledger().look(asked(spec(0.8)), "run", test_);
  ASSERT_EQ(standing.exploratory.size(), 2U);
  EXPECT_EQ(standing.exploratory[1], "since it was locked, changed: requirement[1].bound from 0.9 to 0.8");
}

TEST_F(LedgerTest, AnotherDetectorThanTheSpecificationsIsAnotherQuestion) {
  ledger().lock(asked(spec(0.9)), test_);
  const Standing standing = ledger().look(asked(spec(0.9), "health.quality"), "run", test_);
  ASSERT_EQ(standing.exploratory.size(), 2U);
  EXPECT_NE(standing.exploratory[1].find("detector.name"), std::string::npos);
}

TEST_F(LedgerTest, ABrokenChainIsRefusedWithItsLine) {
  ledger().lock(asked(spec(0.9)), test_);
  ledger().look(asked(spec(0.9)), "run", test_);
  const std::string whole = text();
  std::string changed = whole;
  changed.replace(changed.find("\"lock\""), 6, "\"look\"");
  const auto second = whole.find('\n') + 1, third = whole.find('\n', second) + 1;
  for (const std::string& broken : {changed, whole.substr(second), whole.substr(0, second) + whole.substr(third),
                                    "nonsense\n" + whole, whole + "{}\n"}) {
    put(broken);
    try {
      ledger();
      ADD_FAILURE() << broken;
    } catch (const Error& error) {
      EXPECT_NE(error.where().find("ledger.jsonl line "), std::string::npos);
    }
  }
}

TEST_F(LedgerTest, WhatAKilledWriterLeftUnfinishedIsCutOff) {
  ledger().lock(asked(spec(0.9)), test_);
  const std::string whole = text();
  put(whole + "{\"kind\":\"look\",\"ti");
  EXPECT_EQ(ledger().entries().size(), 2U);
  ledger().look(asked(spec(0.9)), "run", test_);
  EXPECT_EQ(ledger().entries().size(), 3U);
  EXPECT_EQ(text().substr(0, whole.size()), whole);
}

TEST_F(LedgerTest, ASharedLedgerBelowIsReadAndNeverWritten) {
  const fs::path over = folder_ / "over";
  ledger().look(asked(spec(0.9)), "run", test_);
  const std::string below = text();
  Ledger private_one(over, folder_);
  private_one.lock(asked(spec(0.9)), test_);
  EXPECT_FALSE(private_one.look(asked(spec(0.9)), "other", test_).exploratory.empty());
  EXPECT_EQ(text(), below);
}

}  // namespace
}  // namespace vagus::lab
