#include "lab/prototype/child.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

Child shell(const char* script, const ChildLimits& limits = {}) { return Child({"sh", "-c", script}, limits); }

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Child, EchoesMoreThanAnyPipeHolds) {
  Child cat = shell("cat");
  const std::string line(100'000, 'x');
  for (int i = 0; i < 50; ++i) cat.write(line + "\n");
  cat.end_input();
  int lines = 0;
  while (const auto said = cat.line()) {
    EXPECT_EQ(said->size(), line.size());
    ++lines;
  }
  EXPECT_EQ(lines, 50);
  EXPECT_EQ(cat.wait(), 0);
}

TEST(Child, ALastLineWithoutNewlineIsALine) {
  Child child = shell("printf 'a\\nb'");
  EXPECT_EQ(child.line(), "a");
  EXPECT_EQ(child.line(), "b");
  EXPECT_EQ(child.line(), std::nullopt);
}

TEST(Child, ItsLastWordsSayHowItEnded) {
  Child child = shell("echo first >&2; echo 'no such thing' >&2; exit 3");
  EXPECT_EQ(child.line(), std::nullopt);
  EXPECT_EQ(child.last_words(), "ended with status 3: no such thing");
  Child killed = shell("kill -9 $$");
  EXPECT_EQ(killed.line(), std::nullopt);
  EXPECT_EQ(killed.last_words(), "was ended by signal 9");
  Child missing({"there-is-no-such-program"}, {});
  EXPECT_EQ(missing.line(), std::nullopt);
  EXPECT_EQ(missing.last_words(), "could not be started");
}

TEST(Child, AHangIsEnded) {
  const auto began = std::chrono::steady_clock::now();
  Child child = shell("sleep 60", {.answer_s = 0.3});
  EXPECT_NE(error_of([&] { (void)child.line(); }).find("has not answered for 0.3 s"), std::string::npos);
  Child deaf = shell("sleep 60", {.answer_s = 0.3});
  EXPECT_NE(error_of([&] { deaf.write(std::string(10'000'000, 'x')); }).find("has taken no input"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(Child, WhoeverEndsEarlyIsNamedNotWaitedFor) {
  Child child = shell("exit 4");
  EXPECT_NE(error_of([&] { child.write(std::string(10'000'000, 'x')); }).find("ended with status 4"),
            std::string::npos);
}

}  // namespace
}  // namespace vagus::lab
