#pragma once
/// A folder for one test's files, which goes when the test does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "lab/base/error.h"

namespace vagus::lab {

class TestFolder : public testing::Test {
 protected:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vagus-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~TestFolder() override { std::filesystem::remove_all(folder_); }

  std::string put(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  /// Runs Python in the folder: files by another library's hand.
  void python(const std::string& lines) const {
    put("make.py", lines);
    ASSERT_EQ(std::system(("cd '" + folder_.string() + "' && python3 make.py").c_str()), 0);
  }
  /// What an action that must be refused as bad input says.
  static std::string refusal(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Exit::bad_input);
      return e.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return "";
  }

  std::filesystem::path folder_;
};

#define EXPECT_REFUSES(action, part)                       \
  do {                                                     \
    const std::string said = refusal([&] { action; });     \
    EXPECT_NE(said.find(part), std::string::npos) << said; \
  } while (false)

}  // namespace vagus::lab
