#include "lab/deploy/device_sources.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/base/error.h"
#include "lab/detect/detector.h"

namespace vagus::lab {
namespace {

TEST(DeviceSources, AreSortedAndHoldNoTests) {
  const auto all = device_sources();
  ASSERT_GT(all.size(), 30U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](auto& a, auto& b) { return a.path < b.path; }));
  for (const SourceFile& file : all) {
    EXPECT_EQ(file.path.find("_test."), std::string_view::npos) << file.path;
    EXPECT_EQ(file.text.back(), '\n') << file.path << " is not whole";
  }
}

TEST(DeviceSources, EveryDetectorsHeaderIsFoundWithAllItIncludes) {
  for (const DetectorInfo& info : detectors()) {
    const std::string_view header = header_of(info.contract->name);
    const std::vector<SourceFile> files = files_of(header);
    const auto has = [&](std::string_view path) {
      return std::any_of(files.begin(), files.end(), [&](const SourceFile& f) { return f.path == path; });
    };
    EXPECT_TRUE(has(header));
    EXPECT_TRUE(has("device/base/contract.h"));
    EXPECT_TRUE(has("device/base/result.h")) << "an include of an include";
    EXPECT_FALSE(has("device/registry.h")) << "one detector drags in all others";
    EXPECT_FALSE(has("device/conformance/kit.h"));
  }
}

TEST(DeviceSources, WhatIsNotThereIsRefused) {
  EXPECT_EQ(find_source("device/none.h"), nullptr);
  EXPECT_THROW(files_of("device/none.h"), Error);
  EXPECT_THROW(header_of("health.none"), UsageError);
}

}  // namespace
}  // namespace vagus::lab
