#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/base/toml.h"

namespace vagus::lab {
namespace {

std::filesystem::path fresh_folder(const char* name) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / (std::string("vagus-base-") + name + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(Toml, IsReadOrRefusedWithItsPlaceAndNeverEndsTheProcess) {
  EXPECT_EQ(parse_toml("[a]\nb = 3\n", "x.toml")["a"]["b"].value_or(0), 3);
  for (const char* text :
       {"[,", "[[,", "a.,", ",", "[a]\nb = ", "a = [1, ", "[\xc3", "\"", "a = 1e", "= 1", "[\n", "a.\n", "\xc3\xa9",
        "\xce\xce\xa4q", "\xce\xa4\xce\x86 = 1", "a = \xe2\x80\xa8", "\xd7\x90"}) {
    try {
      parse_toml(text, "x.toml");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.where().rfind("x.toml", 0), 0U) << text << ": " << error.where();
    }
  }
}

TEST(AtomicFile, AFileThatIsNotCommittedLeavesNoTrace) {
  const auto folder = fresh_folder("uncommitted");
  {
    AtomicFile file(folder / "a.txt");
    file.write("half");
    EXPECT_EQ(files_in(folder), 1U);
  }
  EXPECT_EQ(files_in(folder), 0U);
}

TEST(AtomicFile, AFailedWriteLeavesTheOldFileAsItWas) {
  const auto folder = fresh_folder("full");
  write_whole(folder / "a.txt", "old");
  const rlimit small{1 << 16, RLIM_INFINITY};
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(write_whole(folder / "a.txt", std::string(1 << 20, 'x')), Error);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(files_in(folder), 1U);
  std::string content;
  std::ifstream(folder / "a.txt") >> content;
  EXPECT_EQ(content, "old");
}

TEST(AtomicFile, AFolderThatIsNotThereIsNamed) {
  try {
    write_whole("/nonexistent-folder/a.txt", "x");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent-folder/a.txt"), std::string::npos);
  }
}

TEST(Numbers, AFloatIsPrintedAsTheShortestDecimalThatGivesItBack) {
  std::mt19937 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(std::strtof(shortest(value).c_str(), nullptr), value);
    EXPECT_EQ(number(value).get<float>(), value);
    EXPECT_LE(shortest(value).size(), 15U);
  }
  EXPECT_EQ(number(0.1F).dump(), "0.1");
}

TEST(Numbers, WhatIsNotFiniteIsNull) {
  EXPECT_TRUE(number(std::numeric_limits<float>::quiet_NaN()).is_null());
  EXPECT_TRUE(number(std::numeric_limits<double>::infinity()).is_null());
}

TEST(Numbers, ANumberWithSomethingLeftOverIsNoNumber) {
  double value = 0;
  EXPECT_TRUE(parse_double("+1.5e3", value));
  EXPECT_EQ(value, 1500);
  for (const char* text : {"", "1.5x", " 1", "1,5", "--1", "+", "+ 1"}) EXPECT_FALSE(parse_double(text, value)) << text;
}

TEST(Error, SaysWhereWhatAndWhatToDoInThatOrder) {
  EXPECT_STREQ(Error("it is empty", "a.csv row 3", "give it a row").what(), "a.csv row 3: it is empty (give it a row)");
}

TEST(Error, TheNearestNameIsFoundAndAFarOneIsNot) {
  const std::vector<std::string> known = {"threshold", "rate_hz"};
  EXPECT_EQ(nearest("treshold", known), "threshold");
  EXPECT_EQ(nearest("rate", known), "");
  EXPECT_EQ(nearest("banana", known), "");
}

}  // namespace
}  // namespace vagus::lab
